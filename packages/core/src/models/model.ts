import type { Clearance } from '@skein/memory'
import type { WorkerModule } from '@skein/memory/store'

import type { BudgetScope } from '../limits/budget.ts'
import type { ChatOptions, ChatRequest, ChatResponse } from './chat.ts'
import type { CitedAnswer, CiteRequest } from './cite.ts'
import type { EmbedRequest, EmbedResponse } from './embed.ts'
import type { Price } from './price.ts'
import type { PromptTexts } from './prompts.ts'
import type { RateLimits } from '../limits/rate-limit.ts'
import type { RetryPolicy } from '../supervision/retry-policy.ts'

/**
 * A language model, an embedding model, or the built-in extractive one: the
 * port that providers implement. Every method makes one attempt and keeps
 * nothing: sharing, retries, limits and budgets come with {@link shareModel},
 * which is what activities get.
 *
 * A provider rejects with a `ModelCallError` that says what happened and whether
 * it is worth another attempt, and with the signal's reason when it was aborted.
 * Neither keys nor prompts may stand in its errors.
 */
export interface Model {
  /**
   * Provider, name and whatever else changes its answers: `openai/gpt-4o-mini`.
   * It is part of the key under which answers are shared, and seen in errors and in the audit.
   */
  readonly id: string
  /** How a worker thread makes the same model. It may hold a key: never write it anywhere. */
  readonly descriptor: WorkerModule
  readonly settings?: ModelSettings
  chat?(request: ChatRequest, options?: ChatOptions): Promise<ChatResponse>
  embed?(request: EmbedRequest, options?: Pick<ChatOptions, 'signal'>): Promise<EmbedResponse>
  /** Where the model can do that itself; for others it is derived from `chat`. */
  cite?(request: CiteRequest, options?: Pick<ChatOptions, 'signal'>): Promise<CitedAnswer>
}

/** What holds for all calls of a model, whoever makes them. */
export interface ModelSettings {
  /**
   * The most sensitive data that may be sent to it. What an activity has read
   * counts as sent.
   *
   * @defaultValue everything: the model is part of this process
   */
  readonly allows?: Clearance
  readonly limits?: RateLimits
  /**
   * How failed calls are retried. Only failures that can't be billed twice are; `codes` narrows these further.
   *
   * @defaultValue 4 retries after 500 ms, doubling, 60 s at most, half of each pause random
   */
  readonly retry?: RetryPolicy
  /** What all calls of this model together may use. */
  readonly budget?: BudgetScope
  /** @defaultValue unknown: tokens are counted, money is not */
  readonly price?: Price
  /** @defaultValue those of this package */
  readonly prompts?: PromptTexts
  /**
   * Most tokens of passages that one call reads; more are read in several calls, whose answers are merged.
   *
   * @defaultValue 24_000
   */
  readonly maxPassageTokens?: number
}
