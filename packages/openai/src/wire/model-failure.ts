import { ModelCallError } from '@skein/core'
import { failureCode, retryAfterMs } from '@skein/core/executor'
import type { Exchange, ModelCallCode } from '@skein/core/executor'

import { ConnectionError } from './http-post.ts'
import { ServerFailure } from './server-failure.ts'

/**
 * Translates a failed exchange. Of the server's message, only short codes are kept: it may quote
 * the prompt, or parts of the key.
 *
 * @param signal - The caller's.
 * @param input - The tokens of the request.
 */
export function toModelError(
  error: unknown,
  exchange: Exchange,
  signal: AbortSignal | undefined,
  input: () => number,
): unknown {
  const { model } = exchange
  if (signal?.aborted) return signal.reason
  const usedTokens = exchange.usedTokens(input())
  if (exchange.timedOut) return new ModelCallError('SKEIN_MODEL_TIMEOUT', model, { usedTokens })
  if (error instanceof ServerFailure) return fromServer(error, exchange, usedTokens)
  if (error instanceof ConnectionError) {
    const address = addressOf(error.url)
    const details = { address, providerCode: shortWord(error.code) }
    return error.wasSent
      ? new ModelCallError('SKEIN_MODEL_CUT', model, { ...details, usedTokens })
      : new ModelCallError('SKEIN_MODEL_UNREACHABLE', model, { ...details, retryable: true })
  }
  if (error instanceof SyntaxError) return new ModelCallError('SKEIN_MODEL_MALFORMED', model, { usedTokens })
  // An unusable answer was billed, too.
  const isUnbooked = error instanceof ModelCallError && !error.usedTokens
  return isUnbooked ? new ModelCallError(error.code, model, { usedTokens }) : error
}

function fromServer(
  failure: ServerFailure,
  { model, begun, billed }: Exchange,
  usedTokens: ReturnType<Exchange['usedTokens']>,
): ModelCallError {
  const { status, headers, words } = failure
  const code = failureCode(failure)
  const mayBill = begun || code === 'SKEIN_MODEL_TIMEOUT'
  return new ModelCallError(code, model, {
    status,
    retryable: passing.has(code) && !mayBill,
    retryAfterMs: retryAfterMs(headers, Date.now()),
    providerCode: shortWord(words.code) ?? shortWord(words.type),
    requestId: shortWord(headers['x-request-id']),
    ...(code === 'SKEIN_MODEL_ADDRESS' && { address: addressesOf(failure) }),
    ...(mayBill && { usedTokens }),
    ...(!mayBill && billed > 0 && { usedTokens: { input: billed, output: 0 } }),
  })
}

const passing: ReadonlySet<ModelCallCode> = new Set(['SKEIN_MODEL_RATE_LIMITED', 'SKEIN_MODEL_SERVER'])

/** The address that was asked, and the one to which it refers. */
function addressesOf({ url, headers }: ServerFailure): string {
  const target = headers.location === undefined ? undefined : URL.parse(headers.location, url.href)
  return target ? `${addressOf(url)}, which refers to ${addressOf(target)}` : addressOf(url)
}

/** Without what may be secret. */
function addressOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`
}

function shortWord(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value) ? value : undefined
}
