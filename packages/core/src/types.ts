/**
 * Types that the signatures of `@skein/core` mention and that few programs have
 * to name: inputs, options, reports.
 *
 * @module
 */

export type { AnyActivityRef, ActivityRef, RunActivityOptions } from './activities/activity-ref.ts'
export type { ActivityOptions } from './activities/activity.ts'
export type { PostOptions } from './agents/agent-ref.ts'
export type { BusyAgent } from './agents/agent-registry.ts'
export type { Abilities, InputOf, OutputOf, QuestionsFor } from './agents/agent.ts'
export type { Role, Route } from './agents/role.ts'
export type { DrainReport } from './drain.ts'
export type { ResumeReport } from './durable/durable-agents.ts'
export type { AnyDurable, DurableOptions, RefOf } from './durable/durable.ts'
export type { ActivityEvent, AgentEvent, FlockEventOf, FlockEventType } from './events/flock-events.ts'
export type { FlockQueues, FlockStats } from './events/flock-stats.ts'
export type { FlockErrorCode } from './flock-error-code.ts'
export type { ConsoleNotifierOptions } from './human/console-notifier.ts'
export type { Notice } from './human/notifier.ts'
export type { WebhookOptions } from './human/webhook.ts'
export type { BudgetSpent } from './limits/budget-state.ts'
export type { Excess } from './limits/budget.ts'
export type { BehaviorContext, BehaviorOptions, BehaviorSnapshot } from './machine/behavior.ts'
export type { AgentSnapshot, AnyLogic, LogicEvent, LogicInput, LogicOutput, LogicSnapshot } from './machine/logic.ts'
export type { MapFailure } from './map-reduce-error.ts'
export type { MapReduceOptions, MapReduceProgress, MapReduceResult, ReduceStepOptions, Step } from './map-reduce.ts'
export type { DeadLetterReason } from './messages/dead-letter.ts'
export type { MailboxOptions, Overflow } from './messages/mailbox-options.ts'
export type { AnswerTo, QuestionIn } from './messages/message.ts'
export type { AskOptions } from './messages/questions.ts'
export type { AnswerOrigin, CallOptions } from './models/call-options.ts'
export type { ModelErrorCode } from './models/model-errors.ts'
export type { ObjectAnswer, ObjectRequest, SharedChatRequest, ShareOptions } from './models/shared-model.ts'
export type { Telling } from './owner/tell.ts'
export type { WorkLogic, WorkSnapshot, WorkStatus } from './owner/work-logic.ts'
export type { Backoff } from './supervision/backoff.ts'
export type { Decision, Failure, SupervisionPolicy } from './supervision/supervision.ts'
