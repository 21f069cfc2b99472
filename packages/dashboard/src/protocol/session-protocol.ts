import type { AgentState, SceneEvent, StreamPosition } from './scene-event.ts'

/** `GET /api/session`: the viewer, the memory on view, and what the viewer may do. */
export interface Session {
  readonly principal: {
    readonly id: string
    readonly role: string
    readonly level: string
    readonly compartments: readonly string[]
  }
  readonly space: string
  readonly store: string
  /** Whether a flock of the server's process reports its own events. */
  readonly isLive: boolean
  readonly mayAnswer: boolean
  /** Whether the viewer may give agents orders. */
  readonly mayControl: boolean
  readonly maySeeAudit: boolean
  /** Kinds of record that can be browsed, in the order in which the page lists them. */
  readonly collections: readonly string[]
  /** Those of what was found out, or is gone for good: the rest says how the work was done. */
  readonly findings: readonly string[]
  /**
   * The positions before the oldest event that is still known, and of the newest. A page reads
   * `/api/events?after=<first>` page by page (`next`), then opens the stream after the last `next`: so it gets every
   * event exactly once.
   */
  readonly first: StreamPosition
  readonly last: StreamPosition
  /** Opaque; another one after records were forgotten: copies of answers from before may hold something of them. */
  readonly erasures: string
}

/** `GET /api/agents`: all running agents and the last 1,000 that ended, including those from before the page was opened. */
export interface AgentRow {
  readonly agent: string
  readonly role: string
  readonly state: AgentState
  /** When it entered this state, Unix milliseconds. */
  readonly at: number
}

/** `GET /api/events?after=…&limit=…`: past events, for replay and for a page that was just opened. */
export interface EventPage {
  readonly events: readonly SceneEvent[]
  /** Where to continue: with the next page, or after the last one with the stream. */
  readonly next: StreamPosition
  /** Whether there is another page now. */
  readonly hasMore: boolean
  /** Whether events after the requested position are gone. */
  readonly trimmed: boolean
}
