import { ModelCallError } from '@skein/core'
import { failureCode, retryAfterMs } from '@skein/core/executor'
import type { Exchange, ModelCallCode, ModelCallDetails } from '@skein/core/executor'

import {
  addressOf,
  failureFields,
  isFromServer,
  networkCodeOf,
  shortWord,
  signsOf,
  wasUnsent,
} from './failure-signs.ts'
import { fieldsOf, textOf } from './fields.ts'
import type { Fields } from './fields.ts'

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
  const { model, timedOut, begun, billed } = exchange
  if (signal?.aborted) return signal.reason
  const usedTokens = exchange.usedTokens(input())
  if (timedOut) return new ModelCallError('SKEIN_MODEL_TIMEOUT', model, { usedTokens })
  // Models may be wrapped, by what is ours among others.
  if (textOf(fieldsOf(error)['code']).startsWith('SKEIN_')) return booked(error, usedTokens)
  const failure = failureFields(error)
  const [code, details] = isFromServer(failure) ? fromServer(failure) : fromSdk(failure)
  // A server that has begun to answer may bill, whatever came then. So may one that was asked and has not been heard.
  const mayBill = begun || silent.has(code)
  const retryable = details.retryable === true && !mayBill
  // The next attempt continues with what this one has received.
  const lost = !retryable && billed > 0 ? { input: billed, output: 0 } : undefined
  return new ModelCallError(code, model, { ...details, retryable, usedTokens: mayBill ? usedTokens : lost })
}

type Told = readonly [code: ModelCallCode, details: ModelCallDetails]

const silent: ReadonlySet<ModelCallCode> = new Set(['SKEIN_MODEL_CUT', 'SKEIN_MODEL_MALFORMED', 'SKEIN_MODEL_TIMEOUT'])
const passing: ReadonlySet<ModelCallCode> = new Set(['SKEIN_MODEL_RATE_LIMITED', 'SKEIN_MODEL_SERVER'])

/** An unusable answer was billed, too. */
function booked(error: unknown, usedTokens: ModelCallDetails['usedTokens']): unknown {
  const isUnbooked = error instanceof ModelCallError && !error.usedTokens && silent.has(error.code)
  return isUnbooked ? new ModelCallError(error.code, error.model, { usedTokens }) : error
}

function fromServer(failure: Fields): Told {
  const signs = signsOf(failure)
  const code = failureCode(signs)
  const headers = fieldsOf(failure['responseHeaders']) as Record<string, string>
  const details = {
    status: signs.status,
    retryable: passing.has(code),
    retryAfterMs: retryAfterMs(headers, Date.now()),
    providerCode: shortWord(signs.words.code) ?? shortWord(signs.words.type),
    requestId: shortWord(headers['x-request-id'] ?? headers['request-id']),
  }
  return [code, code === 'SKEIN_MODEL_ADDRESS' ? { ...details, address: addressOf(failure['url']) } : details]
}

/** What failures without a reply mean, by the names of the SDK's errors and of the network's. */
function fromSdk(failure: Fields): Told {
  const name = textOf(failure['name'])
  const network = networkCodeOf(failure)
  const address = addressOf(failure['url'])
  const providerCode = shortWord(network === '' ? name : network)
  if (wasUnsent(network)) return ['SKEIN_MODEL_UNREACHABLE', { retryable: true, address, providerCode }]
  if (/TIMEOUT|TIMEDOUT/.test(network) || name === 'TimeoutError')
    return ['SKEIN_MODEL_TIMEOUT', { address, providerCode }]
  if (network !== '' || cut.has(name) || saysCut(failure)) return ['SKEIN_MODEL_CUT', { address, providerCode }]
  if (name === 'AI_LoadAPIKeyError') return ['SKEIN_MODEL_AUTH', { providerCode }]
  if (notAsked.has(name)) return ['SKEIN_MODEL_REQUEST', { providerCode }]
  if (malformed.has(name)) return ['SKEIN_MODEL_MALFORMED', { providerCode }]
  return ['SKEIN_MODEL_SERVER', { providerCode }]
}

const cut: ReadonlySet<string> = new Set(['AbortError', 'SocketError', 'ResponseAborted'])
const notAsked = sdkErrors(
  'InvalidArgument InvalidPrompt LoadSetting NoSuchModel NoSuchProviderReference TooManyEmbeddingValuesForCall ' +
    'UnsupportedFunctionality UnsupportedModelVersion',
)
const malformed = sdkErrors('APICall EmptyResponseBody InvalidResponseData JSONParse NoContentGenerated TypeValidation')

function sdkErrors(kinds: string): ReadonlySet<string> {
  return new Set(kinds.split(' ').map((kind) => `AI_${kind}Error`))
}

/** Newer providers say so themselves where a stream does not say why it ended; `fetch`, where a body broke off. */
function saysCut({ name, message, statusCode }: Fields): boolean {
  const text = textOf(message)
  if (name === 'AI_InvalidResponseDataError') return text.includes('finish reason')
  // Of a call without a reply, nobody knows whether it arrived.
  return name === 'AI_APICallError' ? statusCode === undefined : text === 'terminated'
}
