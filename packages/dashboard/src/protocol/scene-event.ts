import type { EscalationStateName } from './inbox-protocol.ts'
import type { Cost } from './metrics-protocol.ts'
import type { SceneLabel } from './scene-label.ts'

/**
 * The position of an event in the stream. Opaque to clients: hand it back as
 * `after`, never compare or parse it. (It holds a position in the feed, a
 * position among the flock's events, and the server start that counted these.)
 */
export type StreamPosition = string

interface EventBase {
  readonly position: StreamPosition
  /** Unix milliseconds. */
  readonly at: number
}

/** The state of an agent. */
export type AgentState = 'spawned' | 'failed' | 'restarted' | 'suspended' | 'paused' | 'resumed' | 'ended'

/** Something that happened in the flock or in its memory, as far as the viewer's clearance covers it. */
export type SceneEvent = EventBase &
  (
    | {
        readonly type: 'agent'
        readonly agent: string
        readonly role: string
        readonly state: AgentState
        readonly note?: string
      }
    /** A record was written. */
    | {
        readonly type: 'written'
        readonly collection: string
        readonly id: string
        readonly version: number
        readonly author: string
        readonly task?: string
        readonly label: SceneLabel
        /** A short text for people: a key, a title, the beginning of a text. */
        readonly title: string
        readonly tags: readonly string[]
        /** Ids of the objects from which it was made. */
        readonly derivedFrom: readonly string[]
        readonly bytes: number
        /** Unix milliseconds; absent when it does not expire. */
        readonly expiresAt?: number
      }
    | { readonly type: 'deleted'; readonly collection: string; readonly id: string; readonly author: string }
    /** An agent read a record; `isHit` is false and `id` is empty when the record did not exist. */
    | {
        readonly type: 'read'
        readonly agent: string
        readonly collection: string
        readonly id: string
        readonly count: number
        readonly isHit: boolean
      }
    /** An agent reused a result instead of computing it again. */
    | {
        readonly type: 'reused'
        readonly agent: string
        /** The id of its record in `work`. */
        readonly work: string
        /** The kind of work; the title of its record says more. */
        readonly title: string
        /** Reuses within one batch; the savings are their sum. */
        readonly count: number
        readonly saved: Cost
      }
    /** What an agent's work used within one batch. */
    | { readonly type: 'used'; readonly agent: string; readonly used: Cost }
    | {
        readonly type: 'activity'
        /** Identifies one run: a bar of the timeline. */
        readonly run: string
        readonly activity: string
        /** How orders name the run, when it starts. */
        readonly order?: string
        /** The activity and its input in words, when it starts: `note: Energy`. */
        readonly title?: string
        readonly agent: string
        readonly phase: 'started' | 'progress' | 'done' | 'failed' | 'retried'
        readonly worker?: string
        readonly durationMs?: number
        readonly note?: string
      }
    | {
        readonly type: 'escalation'
        readonly id: string
        readonly task: string
        readonly state: EscalationStateName
        readonly by: string
      }
    | { readonly type: 'dead-letter'; readonly agent: string; readonly reason: string; readonly messageType: string }
  )
