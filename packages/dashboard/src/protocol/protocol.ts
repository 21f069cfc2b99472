/**
 * What the dashboard's server and its page say to each other: types alone, so
 * that neither side brings the other's code along.
 *
 * The page gets one stream of {@link Frame}s (server-sent events), and asks for
 * everything else by requests under `/api/`: the stream is
 * `GET /api/stream?after=<position>`, where `Last-Event-ID` goes before `after`;
 * a refused request is answered with its status and a {@link Problem}. The token
 * of the link (`#token=…`) becomes a cookie by `POST /api/login` with
 * `{"token": "…"}`; the page then takes it out of the address. Every answer is seen through the
 * view of the person who opened the dashboard: what that clearance does not
 * cover is not sent.
 *
 * A {@link SceneEvent} is all that the map, the timeline, the figures and the
 * replay are made from; `scene` on the page folds them one by one, so that any
 * past moment is the fold of the events up to it.
 *
 * @module
 */

import type { EscalationStateName, InboxItem } from './inbox-protocol.ts'
import type { RecordDetail } from './records-protocol.ts'
import type { SceneLabel } from './scene-label.ts'

export type { EscalationStateName, InboxAction, InboxDetail, InboxItem, PackagedItem } from './inbox-protocol.ts'
export type { LineageItem, RecordDetail, RecordRow, RecordRows } from './records-protocol.ts'
export type { SceneLabel } from './scene-label.ts'

/**
 * Where in the stream an event stands. Nothing but the server takes it apart:
 * hand it back as `after`, and compare it with nothing. (It names a place in
 * the feed, one in the flock's events, and the run of the server that counted these.)
 */
export type StreamPosition = string

/**
 * What the stream sends, by the name of the event:
 *
 * - `frame`: a {@link Frame}; its `id` is the position of its last event.
 * - `beat`: a {@link Beat}, when nothing happened for 10 s, so that a page can tell a calm flock from a lost server.
 * - `bye`: a {@link Bye}: the server closes this stream for good. The page closes its `EventSource`, which would come
 *   back by itself otherwise, shows the reason, and comes back when the person asks for it.
 */
export type StreamEventName = 'frame' | 'beat' | 'bye'

/** Nothing happened. */
export interface Beat {
  /** The server's time, Unix milliseconds. */
  readonly now: number
}

/** Why the server closes a stream. */
export interface Bye {
  readonly code: 'too-many-streams' | 'closing'
  /** For people. */
  readonly reason: string
}

/** Several events at once, at most one frame every 100 ms. Sent as `event: frame`, with the last position as `id`. */
export interface Frame {
  readonly events: readonly SceneEvent[]
  /** Events that this client has not got and won't get: it was too slow, or came back too late. Since the last frame. */
  readonly dropped: number
  /** The server's time, Unix milliseconds. */
  readonly now: number
}

interface Happened {
  readonly position: StreamPosition
  /** Unix milliseconds. */
  readonly at: number
}

/** Something that happened in the flock or in its memory, as far as the person may see it. */
export type SceneEvent = Happened &
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
        /** Short text for people: a key, a title, the beginning of a text. */
        readonly title: string
        readonly tags: readonly string[]
        /** Ids of the objects that it was made from. */
        readonly derivedFrom: readonly string[]
        readonly bytes: number
        /** Unix milliseconds; absent when it does not expire. */
        readonly expiresAt?: number
      }
    | { readonly type: 'deleted'; readonly collection: string; readonly id: string; readonly author: string }
    /** An agent read what it or another had written; when there was none (`isHit` is false), `id` is empty. */
    | {
        readonly type: 'read'
        readonly agent: string
        readonly collection: string
        readonly id: string
        readonly count: number
        readonly isHit: boolean
      }
    /** A result was used instead of computing it again. */
    | {
        readonly type: 'reused'
        readonly agent: string
        readonly work: string
        /** How often, within a moment; what was saved is that of all times together. */
        readonly count: number
        readonly savedMs: number
        readonly savedTokens: number
        readonly savedUsd: number
      }
    | {
        readonly type: 'activity'
        /** Tells runs apart: a bar of the timeline. */
        readonly run: string
        readonly activity: string
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

/** How an agent stands. */
export type AgentState = 'spawned' | 'failed' | 'restarted' | 'suspended' | 'resumed' | 'ended'
/** `GET /api/session`: who looks, and what it may do. */
export interface Session {
  readonly principal: {
    readonly id: string
    readonly role: string
    readonly level: string
    readonly compartments: readonly string[]
  }
  readonly space: string
  readonly store: string
  readonly isLive: boolean
  readonly mayAnswer: boolean
  readonly maySeeAudit: boolean
  /**
   * What stands after `first` is all that there is; after `last` comes what happens from now on. A page reads
   * `/api/events?after=<first>` page by page (`next`), and then opens the stream after the last `next`: no event is
   * missed or told twice.
   */
  readonly first: StreamPosition
  readonly last: StreamPosition
}

/** `GET /api/agents`: the agents that live, and as many that ended as are remembered (1,000); also for a page that comes late. */
export interface AgentRow {
  readonly agent: string
  readonly role: string
  readonly state: AgentState
  /** Since when, Unix milliseconds. */
  readonly at: number
}

/** `GET /api/events?after=…&limit=…`: the past, for replay and for a page that was just opened. */
export interface EventPage {
  readonly events: readonly SceneEvent[]
  /** Where to go on: after the last page, with the stream. */
  readonly next: StreamPosition
  /** Whether there is another page now. */
  readonly hasMore: boolean
  /** Whether the feed no longer reaches back to what was asked for. */
  readonly trimmed: boolean
}

/** `GET /api/figures?since=&until=`: numbers, and how they went over time. */
export interface Figures {
  /** The window that was looked at, Unix milliseconds; `since` is later than asked where the feed begins later. */
  readonly since: number
  readonly until: number
  readonly avoided: { readonly calls: number; readonly ms: number; readonly tokens: number; readonly usd: number }
  readonly spent: { readonly calls: number; readonly ms: number; readonly tokens: number; readonly usd: number }
  /** Of this process since it opened the memory, whatever the window. */
  readonly cache: { readonly hits: number; readonly misses: number; readonly invalidations: number }
  /** First claim to done, in milliseconds. */
  readonly completion: { readonly medianMs: number; readonly p95Ms: number; readonly count: number }
  /** Shares from 0 to 1. */
  readonly reworkRate: number
  readonly escalationRate: number
  readonly budgets: readonly {
    readonly id: string
    readonly measure: string
    readonly spent: number
    readonly limit: number
  }[]
  readonly series: readonly {
    readonly at: number
    readonly calls: number
    readonly avoided: number
    readonly reworkRate: number
    readonly escalationRate: number
  }[]
  /** How long the flock's queues were over time, in the window; none where no flock is shown. */
  readonly queues: readonly QueuePoint[]
}

/** How long the queues of a flock were at a time. */
export interface QueuePoint {
  readonly at: number
  /** Messages that waited in mailboxes. */
  readonly messages: number
  /** Activities that waited for a worker; absent where the flock can't tell. */
  readonly activities?: number
}

/**
 * `GET /api/export?format=html|jsonl|trace&since=&until=`: a run to take along. `html` is the page itself with its
 * script and styles in place and an {@link ExportedRun} as JSON text in `<script type="application/json"
 * id="exported-run">`: where the page finds that element it asks no server, and shows what is in it. For this the
 * built page has one script, one style sheet, and no other file.
 */
export type ExportFormat = 'html' | 'jsonl' | 'trace'

/** What an exported page shows. */
export interface ExportedRun {
  readonly session: Session
  readonly agents: readonly AgentRow[]
  readonly events: readonly SceneEvent[]
  readonly figures: Figures
  /** Details of records, as far as there was room (20 MB of values), the newest first; without readers and earlier versions. */
  readonly records: readonly RecordDetail[]
  readonly inbox: readonly InboxItem[]
  /** Unix milliseconds. */
  readonly exportedAt: number
}

/**
 * What a refused request is answered with. Codes beside those of the memory (`SKEIN_NOT_FOUND`, `SKEIN_OPTION`,
 * `SKEIN_ACCESS`, `SKEIN_CLOSED`, …): `DASHBOARD_TOKEN` (401: open the link again), `DASHBOARD_HOST`,
 * `DASHBOARD_ORIGIN`, `DASHBOARD_READ_ONLY` (403), `DASHBOARD_NOT_FOUND` (404), `DASHBOARD_CONFLICT` (409: look at it
 * again), `DASHBOARD_TOO_LARGE` (413), `DASHBOARD_BODY` (400), `DASHBOARD_FAILED` (500).
 */
export interface Problem {
  readonly code: string
  readonly message: string
}
