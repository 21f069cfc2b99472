import { SkeinError } from '@skein/memory'
import type { Label } from '@skein/memory/store'

import type { BudgetExceededError } from '../limits/budget-exceeded-error.ts'

/** Every code that models add to those of the runtime. A code, once published, keeps its meaning. */
export type ModelErrorCode = (
  | ModelCallError
  | BudgetExceededError
  | ModelClearanceError
  | ModelUnsupportedError
)['code']

/** Why a call failed. */
export type ModelCallCode = keyof typeof remedies

const remedies = {
  /** The provider does not know the key, or not for this model. */
  SKEIN_MODEL_AUTH: 'was not allowed. Check the key, and what it may use.',
  /** What was paid for is used up. */
  SKEIN_MODEL_QUOTA: 'was refused because the account has nothing left. Check its plan and limits with the provider.',
  /** Too many requests or tokens, even after waiting as the provider asked. */
  SKEIN_MODEL_RATE_LIMITED: 'was refused because too much was asked. Set `limits`, or try again later.',
  /** The request makes no sense to the provider: an unknown model or parameter. */
  SKEIN_MODEL_REQUEST: 'was not understood by the server. Check the name of the model and the parameters.',
  /** The prompt and the answer together are longer than the model can take. */
  SKEIN_MODEL_CONTEXT: 'was longer than the model can take. Send less, or set `maxPassageTokens` lower.',
  /** The model or its provider refused to answer. */
  SKEIN_MODEL_REFUSED: 'was refused by the model. Ask something else.',
  /** The answer ended in the middle. Nothing of it was kept. */
  SKEIN_MODEL_CUT: 'was answered in part only: the connection broke. Try again.',
  /** The answer can't be read. It may have been paid for, so it was not asked again. */
  SKEIN_MODEL_MALFORMED: 'was answered with something that can not be read. Check that the server is compatible.',
  /** No answer came in time. It may be on its way, and paid for, so it was not asked again. */
  SKEIN_MODEL_TIMEOUT: 'was not answered in time. Allow more time (`timeoutMs`).',
  /** The provider failed. */
  SKEIN_MODEL_SERVER: 'failed at the provider. Try again later.',
  /** Nobody answers there. */
  SKEIN_MODEL_UNREACHABLE: 'did not reach the server. Check its address, and whether it runs.',
  /** The answer does not fit the schema, even after the fault was named and the model asked again. */
  SKEIN_MODEL_OUTPUT: 'was answered in another form than the schema asks for, twice.',
  /** All that the answer says rests on what was not in the passages, even after the fault was named. */
  SKEIN_MODEL_CITATION: 'was answered with nothing but sentences that no passage backs, twice.',
} as const

/** What is known of a failed call. Nothing in it comes from the prompt or the answer. */
export interface ModelCallDetails {
  /** Whether another attempt may succeed, and can't be billed twice. @defaultValue false */
  readonly retryable?: boolean
  /** How long the provider asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** HTTP status. */
  readonly status?: number | undefined
  /** The provider's own code for it. */
  readonly providerCode?: string | undefined
  /** By which the provider finds the call in its logs. */
  readonly requestId?: string | undefined
  /** Faults of the answer, by place: `$.items[3]: expected a number`. */
  readonly issues?: readonly string[] | undefined
  /** Tokens that were used up all the same, where that is known or likely. */
  readonly usedTokens?: { readonly input: number; readonly output: number } | undefined
}

/**
 * A call of a model failed. Branch on `code`.
 *
 * What a server said is not repeated, and its error is not the `cause`: servers
 * quote prompts and parts of keys in their messages.
 */
export class ModelCallError extends SkeinError {
  readonly code: ModelCallCode
  /** The id of the model. */
  readonly model: string
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly status: number | undefined
  readonly providerCode: string | undefined
  readonly requestId: string | undefined
  readonly issues: readonly string[] | undefined
  readonly usedTokens: ModelCallDetails['usedTokens']

  constructor(code: ModelCallCode, model: string, details: ModelCallDetails = {}) {
    const { status, providerCode, requestId, issues } = details
    const known = [status, providerCode, requestId].filter((part) => part !== undefined).join(', ')
    const faults = issues && issues.length > 0 ? ` ${issues.slice(0, 5).join('; ')}` : ''
    super(`A call of ${model} ${remedies[code]}${known === '' ? '' : ` (${known})`}${faults}`)
    this.code = code
    this.model = model
    this.retryable = details.retryable ?? false
    this.retryAfterMs = details.retryAfterMs
    this.status = status
    this.providerCode = providerCode
    this.requestId = requestId
    this.issues = issues
    this.usedTokens = details.usedTokens
  }
}

/** What would have been sent is more sensitive than the model may see. Nothing was sent. */
export class ModelClearanceError extends SkeinError {
  readonly code = 'SKEIN_MODEL_CLEARANCE'
  readonly model: string
  /** How sensitive it is. */
  readonly sensitivity: Label['sensitivity']
  readonly compartments: readonly string[]

  constructor(model: string, { sensitivity, compartments }: Label) {
    const label = [sensitivity, ...compartments].join(' + ')
    super(
      `${model} may not see what is ${label}, and what was read for this call is. ` +
        'Ask a model that may, declassify it, or read less in this activity.',
    )
    this.model = model
    this.sensitivity = sensitivity
    this.compartments = compartments
  }
}

/** A model can't do what was asked of it. */
export class ModelUnsupportedError extends SkeinError {
  readonly code = 'SKEIN_MODEL_UNSUPPORTED'
  readonly model: string
  readonly operation: string

  constructor(model: string, operation: 'chat' | 'embed') {
    super(`${model} has no \`${operation}\`. Give the flock a model that has, openaiModel for example.`)
    this.model = model
    this.operation = operation
  }
}
