import { createHmac } from 'node:crypto'

import { OptionError } from '@skein/memory'
import type { Clearance } from '@skein/memory'

import { systemClock } from '../base/clock.ts'
import { WebhookError } from '../errors.ts'
import { withRetries } from '../activities/retry.ts'
import type { Notice, Notifier } from './notifier.ts'

/** Options of {@link webhook}. */
export interface WebhookOptions {
  /** Where notices are posted: an `https:` or `http:` URL. */
  readonly url: string
  /** Signs each notice; at least 16 characters, or `whsec_` and base64. */
  readonly secret: string
  /**
   * Tells it from other notifiers.
   *
   * @defaultValue the URL's host
   */
  readonly name?: string
  /** @defaultValue public records outside every compartment */
  readonly clearance?: Clearance
  /**
   * Tries in all.
   *
   * @defaultValue 6
   */
  readonly attempts?: number
  /**
   * Pause before the second try, in milliseconds; doubles with each further one, up to a minute.
   *
   * @defaultValue 1_000
   */
  readonly baseDelayMs?: number
  /**
   * How long one try may take, in milliseconds.
   *
   * @defaultValue 10_000
   */
  readonly timeoutMs?: number
}

/**
 * Tells people by posting to a URL: the notice as JSON, signed as the Standard
 * Webhooks specification says (https://www.standardwebhooks.com), so that its
 * libraries can verify it. `webhook-id` is the escalation's id: a receiver that
 * gets one twice knows it.
 *
 * It tries again when it gets no answer, or 408, 425, 429 or 5xx.
 *
 * @throws OptionError
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
export function webhook(options: WebhookOptions): Notifier {
  const { url, secret, clearance, attempts = 6, baseDelayMs = 1_000, timeoutMs = 10_000 } = options
  const target = parseUrl(url)
  const key = parseSecret(secret)
  const retry = { attempts, baseDelayMs, maxDelayMs: 60_000, codes: [retryCode] }
  return {
    name: options.name ?? target.host,
    ...(clearance && { clearance }),
    notify: (notice, { signal }) =>
      withRetries(
        retry,
        systemClock,
        () => post(target, key, notice, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])),
        signal,
        () => {},
      ),
  }
}

const retryCode = 'SKEIN_WEBHOOK_RETRY'

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
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed && (parsed.protocol === 'https:' || parsed.protocol === 'http:')) return parsed
  throw new OptionError('url', 'an http or https URL', url)
}

function parseSecret(secret: string): Buffer {
  const isText = typeof secret === 'string'
  const isEncoded = isText && secret.startsWith('whsec_')
  const key = isEncoded ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(isText ? secret : '')
  // What was given must not stand in the message.
  if (key.length < 16) throw new OptionError('secret', 'a secret of at least 16 characters', '(hidden)')
  return key
}
