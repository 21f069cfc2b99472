import { ModelCallError } from '@skein/core'
import type { ModelCallCode, ModelCallDetails } from '@skein/core/executor'
import { SkeinError } from '@skein/memory'
import { APIConnectionError, APIError } from 'openai'

/** The circumstances of a failed call. */
export interface FailedCall {
  /** The id of the model. */
  readonly model: string
  /** The caller's. */
  readonly signal: AbortSignal | undefined
  /** Whether our own time-out ended it. */
  readonly timedOut: boolean
  /** Whether the server had begun to answer: then it may bill, and a retry would be billed again. */
  readonly begun: boolean
  /** The tokens that it may bill. */
  readonly usedTokens: () => NonNullable<ModelCallDetails['usedTokens']>
}

/**
 * Translates a failure of the SDK. Of the server's message, only short codes are
 * kept: it may quote the prompt, or parts of the key.
 */
export function toModelError(error: unknown, call: FailedCall): unknown {
  const { model, signal, timedOut, begun, usedTokens } = call
  if (signal?.aborted) return signal.reason
  if (error instanceof SkeinError && !timedOut) return error
  if (timedOut) return new ModelCallError('SKEIN_MODEL_TIMEOUT', model, { usedTokens: usedTokens() })
  if (error instanceof APIConnectionError && !begun) {
    return new ModelCallError('SKEIN_MODEL_UNREACHABLE', model, { retryable: true })
  }
  if (error instanceof APIError && !(error instanceof APIConnectionError)) return fromServer(error, call)
  // A broken connection has a cause; a TypeError without one comes from an answer with missing parts.
  const isOdd = error instanceof SyntaxError || (error instanceof TypeError && error.cause === undefined)
  const code = isOdd ? 'SKEIN_MODEL_MALFORMED' : 'SKEIN_MODEL_CUT'
  return new ModelCallError(code, model, { usedTokens: usedTokens() })
}

function fromServer(error: APIError, { model, begun, usedTokens }: FailedCall): ModelCallError {
  const { status } = error
  const code = codeOf(error)
  return new ModelCallError(code, model, {
    status,
    // An answer that broke off may be billed.
    retryable: passing.has(code) && !begun,
    retryAfterMs: status === undefined ? undefined : retryAfterMs(error.headers),
    providerCode: shortWord(error.code) ?? shortWord(error.type),
    requestId: shortWord(error.requestID),
    ...(begun && { usedTokens: usedTokens() }),
  })
}

const passing: ReadonlySet<ModelCallCode> = new Set(['SKEIN_MODEL_RATE_LIMITED', 'SKEIN_MODEL_SERVER'])

function codeOf({ status, code, type, error }: APIError): ModelCallCode {
  const words = `${String(code)} ${String(type)}`
  if (/insufficient_quota|billing/.test(words)) return 'SKEIN_MODEL_QUOTA'
  if (/content_filter|content_policy/.test(words)) return 'SKEIN_MODEL_REFUSED'
  if (/context_length|context_size/.test(words) || status === 413) return 'SKEIN_MODEL_CONTEXT'
  if (status === 401 || status === 403) return 'SKEIN_MODEL_AUTH'
  if (status === 429 || /rate_limit/.test(words)) return 'SKEIN_MODEL_RATE_LIMITED'
  // In the middle of a stream there is no status.
  if (status === undefined || status >= 500 || status === 408 || status === 409) return 'SKEIN_MODEL_SERVER'
  return saysTooLong(error) ? 'SKEIN_MODEL_CONTEXT' : 'SKEIN_MODEL_REQUEST'
}

/** Local servers have no code for that. */
function saysTooLong(body: unknown): boolean {
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : body
  return typeof message === 'string' && /context (?:length|size|window)|maximum context|too many tokens/i.test(message)
}

/** In milliseconds; seconds, a date, or OpenAI's own header. */
function retryAfterMs(headers: Headers | undefined): number | undefined {
  const exact = Number(headers?.get('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(exact) && exact >= 0) return exact
  const text = headers?.get('retry-after') ?? ''
  if (/^\s*\d+(?:\.\d+)?\s*$/.test(text)) return Number(text) * 1_000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now())
}

function shortWord(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value) ? value : undefined
}
