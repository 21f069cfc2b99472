import type { Escalation } from '@skein/memory'
import type { Label } from '@skein/memory/store'
import type { Cost } from '@skein/memory/types'

import type { Move } from '../owner/machine-move.ts'
import type { DeadLetterReason } from '../messages/dead-letter.ts'
import type { Decision } from '../supervision/supervision.ts'

/** Of an event that may quote what somebody has read: an error, a message, progress. */
interface Labelled {
  /** How sensitive that was. */
  readonly label: Label
}

/** What happens in the life of an agent. */
export type AgentEvent =
  | { readonly type: 'agent.spawned'; readonly agent: string; readonly role: string }
  | ({
      readonly type: 'agent.ended'
      readonly agent: string
      readonly role: string
      readonly error?: unknown
    } & Labelled)
  /** It failed; all work that it had started was aborted. */
  | ({
      readonly type: 'agent.failed'
      readonly agent: string
      readonly role: string
      readonly error: unknown
      /** The machine's state at that time, as XState writes it: `'reading'`, `{ reading: 'page' }`. */
      readonly state: unknown
      readonly decision: Decision
    } & Labelled)
  | { readonly type: 'agent.restarted'; readonly agent: string; readonly role: string }
  /** It failed, and waits until a person decides what happens to it. */
  | ({
      readonly type: 'agent.suspended'
      readonly agent: string
      readonly role: string
      readonly error: unknown
    } & Labelled)
  /** A person paused it: it takes no messages and begins no activities until it is `agent.unpaused`. */
  | { readonly type: 'agent.paused' | 'agent.unpaused'; readonly agent: string; readonly role: string }
  /**
   * Its machine, or one within, took an event. There may be one with each message, so only those hear of it who name it:
   * `flock.on('agent.moved', …)`. Light agents have no machine.
   */
  | ({ readonly type: 'agent.moved'; readonly agent: string; readonly role: string } & Move & Labelled)
  /** A durable agent continues here from its saved state. */
  | { readonly type: 'agent.resumed'; readonly agent: string; readonly role: string }

/** Of an event of an activity: which, for whom, and which run of it. */
interface OfRun {
  readonly activity: string
  readonly agent: string
  /** A name that all events of one run bear, its further attempts included, and no others. */
  readonly run: string
}

/** What happens to the activities of a flock. */
export type ActivityEvent =
  /** Its function begins to run. After it lost its thread or failed, it may begin once more. */
  | ({
      readonly type: 'activity.started'
      /** How long it had waited for a thread and for its module, in milliseconds. */
      readonly waitedMs: number
    } & OfRun)
  | ({ readonly type: 'activity.progress'; readonly value: unknown } & OfRun & Labelled)
  | ({
      readonly type: 'activity.done'
      readonly durationMs: number
      readonly worker: string
      /** What it used, with everything within. */
      readonly used: Cost
    } & OfRun)
  /** A result that was stored, or that someone else computed meanwhile, was used instead of computing it. */
  | ({
      readonly type: 'activity.reused'
      /** What computing it had taken. */
      readonly saved: Cost
    } & OfRun)
  /** It failed and is tried again after a pause. */
  | ({
      readonly type: 'activity.retried'
      readonly error: unknown
      /** Attempts that have failed so far. */
      readonly attempt: number
      readonly delayMs: number
    } & OfRun &
      Labelled)
  | ({ readonly type: 'activity.failed'; readonly error: unknown } & OfRun & Labelled)

/** What happens in a flock, as it happens. Dashboards, progress and tests are built on these events. */
export type FlockEvent =
  | AgentEvent
  | ActivityEvent
  /** A message that can never be delivered. */
  | ({
      readonly type: 'message.deadLettered'
      readonly agent: string
      readonly message: unknown
      readonly reason: DeadLetterReason
    } & Labelled)
  /** A person is asked; see `escalate`. */
  | { readonly type: 'escalation.opened'; readonly agent: string; readonly escalation: Escalation }
  /** A notifier reached nobody, and gave up. */
  | {
      readonly type: 'notification.failed'
      readonly notifier: string
      readonly escalation: string
      readonly error: unknown
    }

/** The name of an event. */
export type FlockEventType = FlockEvent['type']

/** The event of this name. */
export type FlockEventOf<Type extends FlockEventType> = Extract<FlockEvent, { readonly type: Type }>
