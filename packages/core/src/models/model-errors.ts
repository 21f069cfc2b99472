import { SkeinError } from '@skein/memory'
import type { Label } from '@skein/memory/store'

import type { BudgetExceededError } from '../limits/budget-exceeded-error.ts'
import type { Drops } from './cite.ts'

/** Every code that models add to those of the runtime. A published code keeps its meaning. */
export type ModelErrorCode = (
  | ModelCallError
  | BudgetExceededError
  | ModelClearanceError
  | ModelUnsupportedError
)['code']

/** Why a call failed. */
export type ModelCallCode = keyof typeof remedies

const remedies = {
  /** The provider does not accept the key, or not for this model; or it got none. */
  SKEIN_MODEL_AUTH: 'was not authorized. Check that a key was given for this server, and its permissions.',
  /** The account's credit or quota is used up. */
  SKEIN_MODEL_QUOTA: 'was rejected because the account has no quota left. Check its plan and limits with the provider.',
  /** Too many requests or tokens, even after waiting as the provider asked. */
  SKEIN_MODEL_RATE_LIMITED: 'was rejected because of too many requests or tokens. Set `limits`, or try again later.',
  /** The provider rejected the request: an unknown model or parameter. */
  SKEIN_MODEL_REQUEST: 'was rejected by the server as invalid. Check the name of the model and the parameters.',
  /** Something else is at the address: a page, another API, a redirect. Nothing was asked. */
  SKEIN_MODEL_ADDRESS:
    'was answered by something other than this API. Check the base URL (most end in /v1), and whether the server has this operation.',
  /** Prompt and answer together exceed the model's context window. */
  SKEIN_MODEL_CONTEXT: 'exceeded the context window of the model. Send less, or set `maxPassageTokens` lower.',
  /** The model or its provider refused to answer. */
  SKEIN_MODEL_REFUSED: 'was refused by the model. Ask something else.',
  /** The answer broke off, before its first piece or later. None of it was stored. It may have been billed, so the call was not retried. */
  SKEIN_MODEL_CUT: 'was not answered in full: the answer broke off. Try again; both answers may be billed.',
  /** The answer can't be parsed. It may have been billed, so the call was not retried. */
  SKEIN_MODEL_MALFORMED: 'got an answer that cannot be parsed. Check that the server is compatible.',
  /** No answer came in time. It may still be billed, so the call was not retried. */
  SKEIN_MODEL_TIMEOUT: 'was not answered in time. Raise `timeoutMs`, or `idleTimeoutMs` for a stream that paused.',
  /** The provider failed. */
  SKEIN_MODEL_SERVER: 'failed at the provider. Try again later.',
  /** The server can't be reached. */
  SKEIN_MODEL_UNREACHABLE: 'did not reach the server. Check its address, and whether it is running.',
  /** The answer does not fit the schema, even after the model was asked to correct it. */
  SKEIN_MODEL_OUTPUT: 'was twice answered with data that does not fit the schema.',
  /** No sentence of the answer is backed by the passages, even after the model was asked to correct it. */
  SKEIN_MODEL_CITATION: 'was twice answered only with sentences that no passage backs.',
} as const

/** Details of a failed call. None of them comes from the prompt or the answer. */
export interface ModelCallDetails {
  /** Whether another attempt may succeed without being billed twice. @defaultValue false */
  readonly retryable?: boolean
  /** How long the provider asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** HTTP status. */
  readonly status?: number | undefined
  /** Where the call went, without credentials, if something is wrong with that. */
  readonly address?: string | undefined
  /** The provider's own error code. */
  readonly providerCode?: string | undefined
  /** Identifies the call in the provider's logs. */
  readonly requestId?: string | undefined
  /** Faults of the answer, by place: `$.items[3]: expected a number`. */
  readonly issues?: readonly string[] | undefined
  /** With SKEIN_MODEL_CITATION: how many sentences were left out, and why. */
  readonly droppedFor?: Drops | undefined
  /** Tokens that the failed call used, where that is known or likely. */
  readonly usedTokens?: { readonly input: number; readonly output: number } | undefined
}

/**
 * A call of a model failed. Branch on `code`.
 *
 * It neither repeats the server's message nor has it as its `cause`: servers quote
 * prompts and parts of keys in their messages.
 */
export class ModelCallError extends SkeinError {
  readonly code: ModelCallCode
  /** The id of the model. */
  readonly model: string
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  /** Where the call went, without credentials, if something is wrong with that. */
  readonly address: string | undefined
  readonly status: number | undefined
  readonly providerCode: string | undefined
  readonly requestId: string | undefined
  readonly issues: readonly string[] | undefined
  readonly droppedFor: Drops | undefined
  readonly usedTokens: ModelCallDetails['usedTokens']

  constructor(code: ModelCallCode, model: string, details: ModelCallDetails = {}) {
    const { address, status, providerCode, requestId, issues } = details
    const known = [address, status, providerCode, requestId].filter((part) => part !== undefined).join(', ')
    const faults = issues && issues.length > 0 ? ` ${issues.slice(0, 5).join('; ')}` : ''
    super(`A call of ${model} ${remedies[code]}${known === '' ? '' : ` (${known})`}${faults}`)
    this.code = code
    this.model = model
    this.retryable = details.retryable ?? false
    this.retryAfterMs = details.retryAfterMs
    this.address = address
    this.status = status
    this.providerCode = providerCode
    this.requestId = requestId
    this.issues = issues
    this.droppedFor = details.droppedFor
    this.usedTokens = details.usedTokens
  }
}

/** The data for a call is more sensitive than the model may see. Nothing was sent. */
export class ModelClearanceError extends SkeinError {
  readonly code = 'SKEIN_MODEL_CLEARANCE'
  readonly model: string
  /** The sensitivity of the data. */
  readonly sensitivity: Label['sensitivity']
  readonly compartments: readonly string[]

  constructor(model: string, { sensitivity, compartments }: Label) {
    const label = [sensitivity, ...compartments].join(' + ')
    super(
      `${model} may not see data labeled ${label}, and this call is based on such data. ` +
        'Use a model that may, declassify the data, or read less in this activity.',
    )
    this.model = model
    this.sensitivity = sensitivity
    this.compartments = compartments
  }
}

/** A model does not support an operation. */
export class ModelUnsupportedError extends SkeinError {
  readonly code = 'SKEIN_MODEL_UNSUPPORTED'
  readonly model: string
  readonly operation: string

  constructor(model: string, operation: 'chat' | 'embed') {
    super(`${model} does not support \`${operation}\`. Use a model that does, openaiModel for example.`)
    this.model = model
    this.operation = operation
  }
}
