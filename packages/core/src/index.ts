/**
 * A flock of agents over one shared memory: XState actors that have their work
 * done in worker threads.
 *
 * @module
 */

export { createFlock } from './flock.ts'
export type { Flock, FlockOptions, Role, SpawnOptions } from './flock.ts'

export { activity } from './activity.ts'
export type { Activity, ActivityContext, ActivityOptions } from './activity.ts'
export type { ActivitiesOf, ActivityRef, AnyActivityRef, RunActivityOptions } from './activity-ref.ts'

export { agent } from './agent.ts'
export type { Abilities, AgentDefinition, Asked, Reply } from './agent.ts'
export type { AgentRef, AlertEvent, AskOptions, InputOf, MessageTo, OutputOf } from './agent-ref.ts'
export type { MailboxOptions, Overflow } from './mailbox.ts'

export type { MapReduceOptions, MapReduceProgress, MapReduceResult, ReduceStepOptions, Step } from './map-reduce.ts'

export { shareModel } from './models/shared-model.ts'
export type {
  ObjectAnswer,
  ObjectRequest,
  SharedChatRequest,
  SharedModel,
  ShareOptions,
} from './models/shared-model.ts'
export type { AnswerOrigin, CallOptions } from './models/call-options.ts'
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
export type { Citation, CitedAnswer, CitedSentence, CiteRequest, Passage } from './models/cite.ts'
export type { EmbedRequest, EmbedResponse } from './models/embed.ts'
export { estimateTokens } from './models/usage.ts'
export type { ModelUsage } from './models/usage.ts'
export { budgetScope } from './models/budget.ts'
export type { Budget, BudgetMeasure, BudgetScope } from './models/budget.ts'
export { costOf, priceOf } from './models/price.ts'
export type { Price, PriceList } from './models/price.ts'
export { readPrompts } from './models/prompts.ts'
export type { PromptTexts } from './models/prompts.ts'
export type { RateLimits } from './models/rate-limit.ts'
export type { RetryPolicy } from './models/retry.ts'
export {
  BudgetExceededError,
  ModelCallError,
  ModelClearanceError,
  ModelUnsupportedError,
} from './models/model-errors.ts'
export type { ModelCallCode, ModelCallDetails, ModelErrorCode } from './models/model-errors.ts'
export { extractiveModel } from './extractive/extractive-model.ts'
export { splitSentences } from './extractive/sentences.ts'
export type { TextRange } from './extractive/sentences.ts'

export { threadExecutor } from './thread-executor.ts'
export type { ThreadExecutorOptions } from './thread-executor-options.ts'
export type {
  ActivityOutcome,
  ActivityTask,
  ActivityUsage,
  Executor,
  ModuleDescription,
  RunOptions,
} from './executor.ts'

export type { DeadReason, FlockEvent, FlockStats } from './flock-events.ts'
export {
  ActivityInputError,
  ActivityLoadError,
  AgentStoppedError,
  AskTimeoutError,
  FlockClosedError,
  MailboxFullError,
  MapReduceError,
  ThreadLostError,
  UnknownActivityError,
  UnknownMessageError,
} from './errors.ts'
export type { FlockErrorCode, MapFailure } from './errors.ts'
