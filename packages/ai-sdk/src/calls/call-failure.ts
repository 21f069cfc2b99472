import { ModelCallError } from '@skein/core'
import { failureCode, retryAfterMs } from '@skein/core/executor'
import type { Exchange, FailureSigns, ModelCallCode } from '@skein/core/executor'

import { fieldsOf, textOf } from './fields.ts'

/**
 * Translates what a model of the AI SDK threw, or put into its stream. Of the provider's message only short codes are
 * kept: it may quote the prompt.
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
  // Models may be wrapped, by middleware of ours among others.
  if (textOf(fieldsOf(error)['code']).startsWith('SKEIN_')) return withUse(error, usedTokens)
  const failure = apiErrorOf(error)
  const status = failure['statusCode']
  if (typeof status === 'number' && status >= 300) return fromServer(failure, exchange, usedTokens)
  if (isErrorBody(failure['responseBody'])) return fromServer({ ...failure, statusCode: undefined }, exchange, usedTokens)
  const { code, retryable, address } = codeOf(failure)
  const isBilled = exchange.begun || !unbilled.has(code)
  return new ModelCallError(exchange.begun && code === 'SKEIN_MODEL_SERVER' ? 'SKEIN_MODEL_CUT' : code, model, {
    retryable: retryable && !isBilled,
    address,
    providerCode: shortWord(networkCodeOf(failure)) ?? shortWord(failure['name']),
    ...(isBilled && { usedTokens }),
  })
}

/** Nothing was asked, or the model never saw it. */
const unbilled: ReadonlySet<ModelCallCode> = new Set([
  'SKEIN_MODEL_ADDRESS',
  'SKEIN_MODEL_AUTH',
  'SKEIN_MODEL_REQUEST',
  'SKEIN_MODEL_UNREACHABLE',
])
const passing: ReadonlySet<ModelCallCode> = new Set(['SKEIN_MODEL_RATE_LIMITED', 'SKEIN_MODEL_SERVER'])

function withUse(error: unknown, usedTokens: ReturnType<Exchange['usedTokens']>): unknown {
  const isUnbooked = error instanceof ModelCallError && !error.usedTokens && billedAnswers.has(error.code)
  return isUnbooked ? new ModelCallError(error.code, error.model, { usedTokens }) : error
}

/** An unusable answer was billed, too. */
const billedAnswers: ReadonlySet<ModelCallCode> = new Set(['SKEIN_MODEL_CUT', 'SKEIN_MODEL_MALFORMED'])

/** The provider's own error: what retries of the SDK have wrapped is the last one. */
function apiErrorOf(error: unknown): Readonly<Record<string, unknown>> {
  const fields = fieldsOf(error)
  return fields['lastError'] === undefined ? named(error, fields) : apiErrorOf(fields['lastError'])
}

/** Of errors, `name` and `message` are no properties of their own. */
function named(error: unknown, fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return typeof error === 'string' ? { message: error } : fields
  return { ...fields, name: error.name, message: error.message, cause: error.cause }
}

function fromServer(
  failure: Readonly<Record<string, unknown>>,
  { model, begun }: Exchange,
  usedTokens: ReturnType<Exchange['usedTokens']>,
): ModelCallError {
  const signs = signsOf(failure)
  const code = failureCode(signs)
  const headers = fieldsOf(failure['responseHeaders']) as Record<string, string>
  const mayBill = begun || code === 'SKEIN_MODEL_TIMEOUT'
  return new ModelCallError(code, model, {
    status: signs.status,
    retryable: passing.has(code) && !mayBill,
    retryAfterMs: retryAfterMs(headers, Date.now()),
    providerCode: shortWord(signs.words.code) ?? shortWord(signs.words.type),
    requestId: shortWord(headers['x-request-id'] ?? headers['request-id']),
    ...(code === 'SKEIN_MODEL_ADDRESS' && { address: addressOf(failure['url']) }),
    ...(mayBill && { usedTokens }),
  })
}

/** Enough for an explanation; the rest is quoted from the request. */
const mostSaid = 2_000

function signsOf(failure: Readonly<Record<string, unknown>>): FailureSigns {
  const body = textOf(failure['responseBody'])
  const document = fieldsOf(parsed(body) ?? failure['data'] ?? failure)
  const error = fieldsOf(document['error'] ?? document)
  const explanation = body === '' ? JSON.stringify([failure['message'], error['code'], error['type'], error['message']]) : body
  const stated = Number(error['code'] ?? error['status'])
  const status = failure['statusCode'] ?? (stated >= 400 && stated < 600 ? stated : undefined)
  return {
    status: status as number | undefined,
    words: { code: textOf(error['code']), type: textOf(error['type']) || textOf(error['status']) },
    said: explanation.slice(0, mostSaid).toLowerCase(),
    isJson: parsed(body) !== undefined,
    isPage: body.trimStart().startsWith('<'),
  }
}

/** A reply that reports success, and holds an error or a page all the same. */
function isErrorBody(body: unknown): boolean {
  const text = textOf(body)
  const { error } = fieldsOf(parsed(text))
  return text.trimStart().startsWith('<') || (error !== undefined && error !== null)
}

interface NamedFailure {
  readonly code: ModelCallCode
  readonly retryable?: boolean
  readonly address?: string | undefined
}

/** What failures without a status mean, by the names of the SDK's errors and of the network's. */
function codeOf(failure: Readonly<Record<string, unknown>>): NamedFailure {
  const name = textOf(failure['name'])
  const network = networkCodeOf(failure)
  if (network !== '' && unsent.test(network)) {
    return { code: 'SKEIN_MODEL_UNREACHABLE', retryable: true, address: addressOf(failure['url']) }
  }
  if (/TIMEOUT|TIMEDOUT/.test(network) || name === 'TimeoutError') return { code: 'SKEIN_MODEL_TIMEOUT' }
  if (network !== '' || name === 'AbortError') return { code: 'SKEIN_MODEL_CUT', address: addressOf(failure['url']) }
  if (name === 'AI_LoadAPIKeyError') return { code: 'SKEIN_MODEL_AUTH' }
  if (notAsked.has(name)) return { code: 'SKEIN_MODEL_REQUEST' }
  if (malformed.has(name) || failure['statusCode'] !== undefined) return { code: 'SKEIN_MODEL_MALFORMED' }
  // An error within a stream, in the provider's own form.
  const { code } = { code: failureCode({ ...signsOf(failure), status: undefined }) }
  return { code }
}

const notAsked = new Set(
  ['InvalidArgument', 'InvalidPrompt', 'LoadSetting', 'NoSuchModel', 'NoSuchProviderReference', 'TooManyEmbeddingValuesForCall', 'UnsupportedFunctionality', 'UnsupportedModelVersion'].map((kind) => `AI_${kind}Error`),
)
const malformed = new Set(
  ['EmptyResponseBody', 'InvalidResponseData', 'JSONParse', 'NoContentGenerated', 'TypeValidation'].map((kind) => `AI_${kind}Error`),
)

/** Failures of a connection before a request can have gone out. */
const unsent = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_\w+|CERT_\w+|\w+_CERT\w*|ERR_INVALID_URL)$/

/** The code of a failed connection, however deep it is: `fetch` wraps it, and so does the SDK. */
function networkCodeOf(failure: Readonly<Record<string, unknown>>): string {
  for (let error: unknown = failure, depth = 0; depth < 5 && fieldsOf(error) === error; depth += 1) {
    const { code, cause, errors } = fieldsOf(error)
    if (/^(?:E[A-Z_]+|UND_ERR_\w+|CERT_\w+|\w+_CERT\w*|ERR_\w+)$/.test(textOf(code))) return textOf(code)
    // Of several addresses that were tried, one stands for all.
    error = cause ?? (Array.isArray(errors) ? errors[0] : undefined)
  }
  return ''
}

/** Without what may be secret. */
function addressOf(url: unknown): string | undefined {
  const parts = URL.parse(textOf(url))
  return parts ? `${parts.origin}${parts.pathname}` : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function shortWord(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value) ? value : undefined
}
