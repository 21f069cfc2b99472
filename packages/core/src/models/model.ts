import type { Clearance } from '@skein/memory'
import type { WorkerModule } from '@skein/memory/store'

import type { BudgetScope } from '../limits/budget.ts'
import type { ChatOptions, ChatRequest, ChatResponse } from './chat.ts'
import type { CitedAnswer, CiteRequest } from './cite.ts'
import type { Price } from './price.ts'
import type { PromptCaching } from '../prefixes/prompt-cache.ts'
import type { PromptTexts } from './prompts.ts'
import type { CountTokens } from './count-tokens.ts'
import type { ModelUsage } from './usage.ts'
import type { RateLimits } from '../limits/rate-limit.ts'
import type { RetryPolicy } from '../supervision/retry-policy.ts'

/**
 * The interface that providers implement: a language model, an embedding model, or
 * the built-in extractive one. Every method makes one attempt and keeps no state:
 * `shareModel` adds sharing, retries, limits and budgets, and activities get
 * the result.
 *
 * A provider rejects with a `ModelCallError` that says what happened and whether
 * another attempt may help, or with the signal's reason when it was aborted. Its
 * errors must contain neither keys nor prompts.
 */
export interface Model {
  /**
   * Provider, name and everything else that changes its answers: `openai/gpt-4o-mini`.
   * Part of the key under which answers are shared, and shown in errors and in the audit.
   */
  readonly id: string
  /**
   * How a worker thread creates the same model. It may contain a key: never store or print it. Absent if the model can
   * be used in this thread alone: `shareModel` takes it, and a flock with threads refuses it.
   */
  readonly descriptor?: WorkerModule
  readonly settings?: ModelSettings
  chat?(request: ChatRequest, options?: ChatOptions): Promise<ChatResponse>
  embed?(request: EmbedRequest, options?: Pick<ChatOptions, 'signal'>): Promise<EmbedResponse>
  /** Only for models with native citations; for others, `shareModel` derives it from `chat`. */
  cite?(request: CiteRequest, options?: Pick<ChatOptions, 'signal'>): Promise<CitedAnswer>
}

/** Texts to turn into vectors. */
export interface EmbedRequest {
  readonly texts: readonly string[]
  /** Length of the vectors, where the model offers a choice. */
  readonly dimensions?: number
}

/** One vector for each text, in the same order. */
export interface EmbedResponse {
  readonly vectors: readonly Float32Array[]
  readonly usage: ModelUsage
}

/** Settings for all calls of a model, whoever makes them. */
export interface ModelSettings {
  /**
   * The most sensitive data that may be sent to it. Everything that an activity
   * has read counts as sent.
   *
   * @defaultValue everything: the model runs in this process
   */
  readonly allows?: Clearance
  readonly limits?: RateLimits
  /**
   * How failed calls are retried. Only failures that can't be billed twice are; `codes` narrows these further.
   *
   * @defaultValue 4 retries after 500 ms, doubling, 60 s at most, half of each pause random
   */
  readonly retry?: RetryPolicy
  /** Limits what all calls of this model together may use. */
  readonly budget?: BudgetScope
  /** @defaultValue unknown: only tokens are counted */
  readonly price?: Price
  /**
   * Makes use of the prompt cache of its provider: `chat` is told what a request shares with others, and of calls that
   * begin alike, the first goes ahead.
   *
   * @defaultValue it has none
   */
  readonly promptCache?: PromptCaching
  /** What vectors cost. @defaultValue `price` */
  readonly embedPrice?: Price
  /** @defaultValue the prompts of this package */
  readonly prompts?: PromptTexts
  /**
   * Most tokens of passages in one call; more are read in several calls, whose answers are merged.
   *
   * @defaultValue 24_000
   */
  readonly maxPassageTokens?: number
  /**
   * Counts the tokens of a text as this model does, for budgets, limits and the division of passages. Where it
   * throws, the estimate counts.
   *
   * @defaultValue an estimate, within about 15 %
   */
  readonly countTokens?: CountTokens
}
