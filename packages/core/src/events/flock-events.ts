import type { Escalation } from '@skein/memory'

import type { ActivityUsage } from '../activities/executor.ts'
import type { Decision } from '../supervision/supervision.ts'

/** What happens in the life of an agent. */
export type AgentEvent =
  | { readonly type: 'agent.spawned'; readonly agent: string; readonly role: string }
  | { readonly type: 'agent.ended'; readonly agent: string; readonly role: string; readonly error?: unknown }
  /** It failed; all that it had started was aborted. */
  | {
      readonly type: 'agent.failed'
      readonly agent: string
      readonly role: string
      readonly error: unknown
      /** The state that it was in, as XState tells it: `'reading'`, `{ reading: 'page' }`. */
      readonly state: unknown
      readonly decision: Decision
    }
  | { readonly type: 'agent.restarted'; readonly agent: string; readonly role: string }
  /** It failed, and waits for a person to say what is to become of it. */
  | { readonly type: 'agent.suspended'; readonly agent: string; readonly role: string; readonly error: unknown }
  /** A durable agent goes on here where it was saved. */
  | { readonly type: 'agent.resumed'; readonly agent: string; readonly role: string }

/** An event whose agent is known. */
export type Nameless<Event> = Event extends unknown ? Omit<Event, 'agent' | 'role'> : never

/** What happens in a flock, as it happens. Dashboards, progress and tests live from these. */
export type FlockEvent =
  | AgentEvent
  | { readonly type: 'activity.started'; readonly activity: string; readonly agent: string }
  | { readonly type: 'activity.progress'; readonly activity: string; readonly agent: string; readonly value: unknown }
  | {
      readonly type: 'activity.done'
      readonly activity: string
      readonly agent: string
      readonly durationMs: number
      readonly worker: string
      readonly usage: ActivityUsage
    }
  /** A result that was computed before, or by somebody else meanwhile, was used instead of computing it. */
  | { readonly type: 'activity.reused'; readonly activity: string; readonly agent: string; readonly savedMs: number }
  /** It failed and is tried again after a pause. */
  | {
      readonly type: 'activity.retried'
      readonly activity: string
      readonly agent: string
      readonly error: unknown
      /** Tries that failed so far. */
      readonly attempt: number
      readonly delayMs: number
    }
  | { readonly type: 'activity.failed'; readonly activity: string; readonly agent: string; readonly error: unknown }
  /** A message that can never be delivered. */
  | {
      readonly type: 'message.deadLettered'
      readonly agent: string
      readonly message: unknown
      readonly reason: DeadLetterReason
    }
  /** A person is asked; see `escalate`. */
  | { readonly type: 'escalation.opened'; readonly agent: string; readonly escalation: Escalation }
  /** A notifier did not reach anybody, and gave up. */
  | {
      readonly type: 'notification.failed'
      readonly notifier: string
      readonly escalation: string
      readonly error: unknown
    }

/**
 * Why a message could not be delivered.
 *
 * - `overflow`: the mailbox was full.
 * - `agent ended`: before it came to it, or before the message was sent.
 * - `agent failed`: of this message.
 * - `given up`: nobody waits for the answer any more.
 * - `refused`: it was published, and this agent did not take it.
 */
export type DeadLetterReason = 'overflow' | 'agent ended' | 'agent failed' | 'given up' | 'refused'

/** How long the queues of a flock are. */
export interface FlockQueues {
  /** Messages in the mailboxes of its agents. */
  readonly messages: number
  /** Activities that wait for a worker; absent where the executor can't tell. */
  readonly activities: number | undefined
}

/** What a flock did since it was created. */
export interface FlockStats {
  readonly activities: number
  /** Activities whose result was used again instead of running them. */
  readonly reusedActivities: number
  readonly modelCalls: number
  /** Model calls that were spared, by reusing the answer or the whole activity. */
  readonly reusedCalls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly savedTokens: number
  readonly savedMs: number
  readonly deadLetters: number
  /** Times that an agent failed, and times that one was restarted. */
  readonly failures: number
  readonly restarts: number
}
