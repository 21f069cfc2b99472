import type {
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
import type { FlockClosedError } from './base/flock-closed-error.ts'
import type {
  AgentForgottenError,
  AgentLostError,
  AgentMisfitError,
  AgentTakenError,
  AgentVersionError,
  NotDurableError,
} from './durable/durable-errors.ts'
import type { DeclinedError, HandedBackError, WebhookError } from './human/human-errors.ts'
import type { MapReduceError } from './map-reduce-error.ts'
import type {
  AgentStoppedError,
  AskTimeoutError,
  MailboxFullError,
  UnknownMessageError,
} from './messages/message-errors.ts'
import type { SupervisionError } from './supervision/supervision-error.ts'
import type { NoFlockError } from './owner/no-flock-error.ts'

/** Every code that the runtime adds to those of the memory. A published code keeps its meaning. */
export type FlockErrorCode = (
  | FlockClosedError
  | MapReduceError
  | NoFlockError
  | SupervisionError
  // Activities
  | ActivityInputError
  | ActivityCancelledError
  | ActivityLoadError
  | ActivityQueueFullError
  | ActivityQueueTimeoutError
  | ActivityTimeoutError
  | NestedFlockError
  | ThreadLostError
  | ThreadStartError
  | UnknownActivityError
  // Messages
  | AgentStoppedError
  | AskTimeoutError
  | MailboxFullError
  | UnknownMessageError
  // Durable agents
  | AgentForgottenError
  | AgentLostError
  | AgentMisfitError
  | AgentTakenError
  | AgentVersionError
  | NotDurableError
  // People
  | DeclinedError
  | HandedBackError
  | WebhookError
)['code']
