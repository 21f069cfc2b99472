import { createHmac } from 'node:crypto'

import { OptionError } from '@skein/memory'
import type { Clearance } from '@skein/memory'
import { requireDuration, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { systemClock } from '../base/clock.ts'
import { WebhookError } from './human-errors.ts'
import { resolveRetry } from '../supervision/retry-policy.ts'
import type { RetryPolicy } from '../supervision/retry-policy.ts'
import { withRetries } from '../supervision/with-retries.ts'
import type { Notice, Notifier } from './notifier.ts'

/** Options of {@link webhook}. */
export interface WebhookOptions {
  /** Where to post notices: an `https:` or `http:` URL. */
  readonly url: string
  /** Signs each notice; at least 16 characters, or `whsec_` and base64. */
  readonly secret: string
  /**
   * Distinguishes it from other notifiers.
   *
   * @defaultValue the URL's host
   */
  readonly name?: string
  /** @defaultValue public records outside every compartment */
  readonly clearance?: Clearance
  /**
   * How often a notice is posted again when there is no answer, or status 408, 425, 429 or 5xx.
   *
   * @defaultValue 5 retries after 1 s, doubling, a minute at most, half of each pause random
   */
  readonly retry?: RetryPolicy
  /**
   * How long one attempt may take, in milliseconds.
   *
   * @defaultValue 10_000
   */
  readonly timeoutMs?: number
}

const kinds: OptionKinds<WebhookOptions> = {
  url: 'any',
  secret: 'any',
  name: 'string',
  clearance: 'object',
  retry: 'any',
  timeoutMs: 'any',
}

/**
 * Notifies people by posting to a URL: the notice as JSON, signed as the Standard
 * Webhooks specification says (https://www.standardwebhooks.com), so that its
 * libraries can verify it. `webhook-id` is the escalation's id, by which a
 * receiver recognizes a notice that arrives twice.
 *
 * @throws OptionError when the URL, the secret or a number is invalid.
 *
 * @example
 * ```ts no-run
 * import { createFlock, webhook } from '@skein/core'
 *
 * const flock = await createFlock({
 *   memory,
 *   notifiers: [webhook({ url: 'https://hooks.example.com/skein', secret: process.env.HOOK_SECRET ?? '' })],
 * })
 * ```
 */
export function webhook(given: WebhookOptions): Notifier {
  const options = requireOptions('webhook', given, kinds)
  const { url, secret, clearance, timeoutMs = 10_000 } = options
  const target = parseUrl(url)
  const key = parseSecret(secret)
  const policy = resolveRetry(options.retry, retryDefaults)
  requireDuration('timeoutMs', timeoutMs)
  return {
    name: options.name ?? target.host,
    ...(clearance && { clearance }),
    notify: (notice, { signal }) =>
      withRetries({
        policy,
        clock: systemClock,
        signal,
        attempt: () => post(target, key, notice, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])),
      }),
  }
}

const retryCode = 'SKEIN_WEBHOOK_RETRY'
const retryDefaults = { maxRetries: 5, baseDelayMs: 1_000, maxDelayMs: 60_000, jitter: 0.5, codes: [retryCode] }

async function post(url: URL, key: Buffer, notice: Notice, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify({ type: 'escalation.opened', data: notice })
  const id = notice.escalation
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
  let status: number
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
    status = response.status
    await response.body?.cancel()
  } catch (error) {
    throw new WebhookError(retryCode, url.host, 'no answer', error)
  }
  if (status >= 200 && status < 300) return
  const mayRecover = status === 408 || status === 425 || status === 429 || status >= 500
  throw new WebhookError(mayRecover ? retryCode : 'SKEIN_WEBHOOK', url.host, `status ${status}`)
}

function parseUrl(url: string): URL {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  if (parsed && (parsed.protocol === 'https:' || parsed.protocol === 'http:')) return parsed
  throw new OptionError('url', 'an http or https URL', url)
}

function parseSecret(secret: string): Buffer {
  const isString = typeof secret === 'string'
  const isEncoded = isString && secret.startsWith('whsec_')
  const key = isEncoded ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(isString ? secret : '')
  // The secret must not appear in the message.
  if (key.length < 16) throw new OptionError('secret', 'a secret of at least 16 characters', '(hidden)')
  return key
}
