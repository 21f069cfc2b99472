/**
 * A flock of agents over one shared memory: XState actors whose work runs in
 * worker threads.
 *
 * Authors of executors, models and runtimes find their contracts in
 * `@skein/core/executor`; tests, in `@skein/core/testing`; types that only
 * signatures mention, in `@skein/core/types`.
 *
 * @module
 */

// First: it says when Node.js is too old for what follows.
import '@skein/memory'

// A flock
export { createFlock } from './create-flock.ts'
export type { Flock } from './flock.ts'
export type { FlockOptions } from './flock-options.ts'
export type { SpawnOptions } from './agents/spawn-options.ts'
export type { FlockEvent } from './events/flock-events.ts'

// Agents and their messages
export { agent } from './agents/agent.ts'
export { behavior } from './machine/behavior.ts'
export { reply, refuse } from './messages/message.ts'
export { tell } from './owner/tell.ts'
export { checkMigration } from './durable/check-migration.ts'
export { durable } from './durable/durable.ts'
export { listAgentHosts } from './hosting/list-agent-hosts.ts'
export type { AgentRef } from './agents/agent-ref.ts'
export type { AgentDefinition } from './machine/host.ts'
export type { DurableDefinition } from './durable/durable.ts'
export type { AgentHost } from './hosting/agent-host.ts'
export type { HostedAgent } from './hosting/hosted-agent.ts'
export type { Message, Question, Reply, AgentEndedEvent } from './messages/message.ts'
export type { AlertEvent } from './agents/alert-delivery.ts'
export type { Supervision } from './supervision/supervision.ts'

// Activities
export { startThreads } from './threads/start-threads.ts'
export { activity } from './activities/activity.ts'
export { move } from './activities/move.ts'
export { pipe } from './pipe.ts'
export type { Activity, ActivityContext } from './activities/activity.ts'
export type { StartedThreads, StartThreadsOptions } from './threads/start-threads.ts'
export type { ActivitiesOf } from './activities/activity-ref.ts'
export type { RetryPolicy } from './supervision/retry-policy.ts'

// People
export { escalate } from './human/escalate.ts'
export { consoleNotifier } from './human/console-notifier.ts'
export { webhook } from './human/webhook.ts'
export type { Notifier } from './human/notifier.ts'

// Models and what they may use
export { extractiveModel } from './extractive/extractive-model.ts'
export { shareModel } from './models/shared-model.ts'
export { budgetScope } from './limits/budget.ts'
export { readBudget } from './limits/budget-state.ts'
export type { SharedModel } from './models/shared-model.ts'
export type { Passage } from './models/cite.ts'
export type { Budget } from './limits/budget.ts'

// What goes wrong
export { FlockClosedError } from './base/flock-closed-error.ts'
export {
  ActivityCancelledError,
  ActivityInputError,
  ActivityLoadError,
  ActivityQueueFullError,
  ActivityQueueTimeoutError,
  ActivityTimeoutError,
  NestedFlockError,
  ThreadLostError,
  ThreadStartError,
  UnknownActivityError,
} from './activities/activity-errors.ts'
export { AgentStoppedError, AskTimeoutError, MailboxFullError, UnknownMessageError } from './messages/message-errors.ts'
export {
  AgentForgottenError,
  AgentLostError,
  AgentMisfitError,
  AgentTakenError,
  AgentVersionError,
  NotDurableError,
} from './durable/durable-errors.ts'
export { AgentUnknownError } from './hosting/agent-unknown-error.ts'
export { NoFlockError } from './owner/no-flock-error.ts'
export { DeclinedError, HandedBackError, WebhookError } from './human/human-errors.ts'
export { SupervisionError } from './supervision/supervision-error.ts'
export { MapReduceError } from './map-reduce-error.ts'
export { BudgetExceededError } from './limits/budget-exceeded-error.ts'
export { ModelCallError, ModelClearanceError, ModelUnsupportedError } from './models/model-errors.ts'
