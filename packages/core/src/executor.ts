/**
 * For authors of executors, models and runtimes: the contracts that a flock
 * works with, and the tools to implement them.
 *
 * @module
 */

// First: it says when Node.js is too old for what follows.
import '@skein/memory'

// Executors
export { threadExecutor } from './threads/thread-executor.ts'
export { defaultThreads } from './threads/thread-executor-options.ts'
export type { ThreadExecutorOptions } from './threads/thread-executor-options.ts'
export { activityErrorClasses } from './threads/thread-failure.ts'
export type {
  ActivityOutcome,
  ActivityTask,
  Executor,
  ExecutorFactory,
  ExecutorParts,
  ModuleDescription,
  RunOptions,
} from './activities/executor.ts'
export type { ResolvedActivityOptions } from './activities/activity.ts'

// Programs that look on
export { descriptionId, savedPositionOf } from './durable/saved-position.ts'
export type { SavedChild, SavedPosition } from './durable/saved-position.ts'

// Models
export type { Model, ModelSettings } from './models/model.ts'
export type {
  ChatMessage,
  ChatOptions,
  ChatRequest,
  ChatResponse,
  FinishReason,
  JsonSchema,
  ToolCall,
  ToolDefinition,
} from './models/chat.ts'
export type { Citation, CitedAnswer, CitedSentence, CiteRequest, DropReason, Drops } from './models/cite.ts'
export type { EmbedRequest, EmbedResponse } from './models/model.ts'
export type { CountTokens } from './models/count-tokens.ts'
export type { ModelUsage } from './models/usage.ts'
export type { ModelCallCode, ModelCallDetails } from './models/model-errors.ts'

// Tools for models
export { estimateTokens } from './text/estimate-tokens.ts'
export { sumDrops } from './models/evidence.ts'
export { costOf, priceOf, requirePrices } from './models/price.ts'
export { requireModelSettings } from './models/require-model.ts'
export { readPrompts } from './models/prompts.ts'
export { loadTokenizer } from './models/count-tokens.ts'
export { splitSentences } from './text/sentences.ts'
export { detectLanguage } from './languages/detect-language.ts'
export { textForm } from './layout/text-form.ts'
export type { DocumentForm } from './layout/document-form.ts'
export type { Price, PriceList } from './models/price.ts'
export type { PromptCaching } from './prefixes/prompt-cache.ts'
export type { PromptPrefix } from './prefixes/prompt-prefix.ts'
export type { PromptTexts } from './models/prompts.ts'
export { outlineOf } from './layout/outline.ts'
export type { OutlineHeading } from './layout/outline.ts'
export type { SentenceRange } from './text/sentences.ts'
export type { TextRange } from './text/text-range.ts'

// Answers without a model
export { findAnswers } from './extractive/find-answers.ts'
export { readSentences } from './extractive/read-sentences.ts'
export type { AnswerSource, FoundAnswer } from './extractive/answer-matcher.ts'
export type { ReadText } from './extractive/read-sentences.ts'
export { languages } from './languages/function-words.ts'
export type { Language } from './languages/function-words.ts'

// What models over a network share
export { Exchange } from './providers/exchange.ts'
export { estimateInput, isCount, toResponse } from './providers/answer-parts.ts'
export { failureCode } from './providers/failure-code.ts'
export { retryAfterMs } from './providers/retry-after.ts'
export { quoteData } from './models/quoted-data.ts'
export type { Patience } from './providers/exchange.ts'
export type { RawAnswer, RawToolCall, ReportedUsage } from './providers/answer-parts.ts'
export type { FailureSigns } from './providers/failure-code.ts'

// Limits
export type { RateLimits } from './limits/rate-limit.ts'
export type { BudgetScope, BudgetMeasure } from './limits/budget.ts'

// Modules that threads load, too
export { moduleUrl } from './activities/module-url.ts'
export { moduleExports } from './threads/module-exports.ts'

// Time and order
export type { Clock } from './base/clock.ts'
export type { Runnable, Scheduler } from './messages/run-queue.ts'
