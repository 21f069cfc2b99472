/**
 * A flock of agents over one shared memory: XState actors that have their work
 * done in worker threads.
 *
 * @module
 */

export { createFlock } from './flock.ts'
export type { Flock } from './flock.ts'
export type { DrainReport } from './drain.ts'
export type { FlockOptions, SpawnOptions } from './flock-options.ts'

export { activity } from './activities/activity.ts'
export type { Activity, ActivityContext, ActivityOptions, ResolvedActivityOptions } from './activities/activity.ts'
export type { ActivitiesOf, ActivityRef, AnyActivityRef, RunActivityOptions } from './activities/activity-ref.ts'
export type { Retry } from './activities/retry.ts'

export { agent } from './agents/agent.ts'
export type { Abilities, InputOf, OutputOf, QuestionsFor } from './agents/agent.ts'
export { behavior } from './machine/behavior.ts'
export type { BehaviorContext, BehaviorOptions } from './machine/behavior.ts'
export type { AgentDefinition } from './machine/host.ts'
export type { AgentRef, PostOptions } from './agents/agent-ref.ts'
export { refuse, reply } from './messages/message.ts'
export type { AgentEndedEvent, AnswerTo, Message, Question, Reply } from './messages/message.ts'
export type { AlertEvent } from './agents/alert-delivery.ts'
export type { AskOptions } from './messages/questions.ts'
export type { MailboxOptions, Overflow } from './messages/mailbox.ts'
export type { Role, Route } from './agents/role.ts'
export type { Runnable, Scheduler } from './messages/run-queue.ts'
export type { Clock } from './base/clock.ts'

export type { Decision, Failure, Supervision, SupervisionPolicy } from './supervision/supervision.ts'
export type { Backoff } from './supervision/backoff.ts'

export { durable } from './durable/durable.ts'
export type { DurableDefinition, DurableOptions } from './durable/durable.ts'
export type { ResumeReport } from './durable/durable-agents.ts'
export { tell } from './owner/tell.ts'
export type { Telling } from './owner/tell.ts'

export { escalate } from './human/escalate.ts'
export type { Notice, Notifier } from './human/notifier.ts'
export { consoleNotifier } from './human/console-notifier.ts'
export type { ConsoleNotifierOptions } from './human/console-notifier.ts'
export { webhook } from './human/webhook.ts'
export type { WebhookOptions } from './human/webhook.ts'

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
export { splitSentences } from './text/sentences.ts'
export type { TextRange } from './text/sentences.ts'

export { threadExecutor } from './activities/thread-executor.ts'
export type { ThreadExecutorOptions } from './activities/thread-executor-options.ts'
export type {
  ActivityOutcome,
  ActivityTask,
  ActivityUsage,
  Executor,
  ModuleDescription,
  RunOptions,
} from './activities/executor.ts'

export type { DeadLetterReason, FlockEvent, FlockQueues, FlockStats } from './events/flock-events.ts'
export {
  ActivityInputError,
  ActivityLoadError,
  ActivityTimeoutError,
  AgentStoppedError,
  NotDurableError,
  AgentVersionError,
  AgentTakenError,
  AgentLostError,
  AskTimeoutError,
  DeclinedError,
  FlockClosedError,
  HandedBackError,
  MailboxFullError,
  MapReduceError,
  NoFlockError,
  ThreadLostError,
  UnknownActivityError,
  UnknownMessageError,
  WebhookError,
} from './errors.ts'
export type { FlockErrorCode, MapFailure } from './errors.ts'
