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

export type {
  Citation,
  CitedSentence,
  Model,
  ModelMessage,
  ModelRequest,
  ModelResponse,
  ModelUsage,
  Passage,
} from './model.ts'
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
