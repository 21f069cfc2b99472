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

/** Where in the stream an event stands: the feed's `seq`, then a number that tells live events after it apart. */
export type StreamPosition = string

/** Several events at once, at most one frame every 50 ms. Sent as `event: frame`, with the last position as `id`. */
export interface Frame {
  readonly events: readonly SceneEvent[]
  /** Events that were left out because this client was too slow, since the last frame. */
  readonly dropped: number
  /** The server's time, Unix milliseconds. */
  readonly now: number
}

/** How sensitive a record is. */
export interface SceneLabel {
  readonly sensitivity: 'public' | 'internal' | 'confidential'
  readonly compartments: readonly string[]
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
    /** An agent read what another one had written. */
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
/** How an escalation stands. */
export type EscalationStateName = 'open' | 'taken' | 'answered' | 'handed-back'

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
  /** The first and the last position that the stream can give. */
  readonly first: StreamPosition
  readonly last: StreamPosition
}

/** `GET /api/events?after=…&limit=…`: the past, for replay and for a page that was just opened. */
export interface EventPage {
  readonly events: readonly SceneEvent[]
  readonly next?: StreamPosition
  /** Whether the feed no longer reaches back to what was asked for. */
  readonly trimmed: boolean
}

/** `GET /api/records?collection=&task=&tag=&author=&q=&cursor=&limit=`: one row a record, newest first. */
export interface RecordRows {
  readonly rows: readonly RecordRow[]
  readonly cursor?: string
}

/** A record in a list. */
export interface RecordRow {
  readonly collection: string
  readonly id: string
  readonly version: number
  readonly author: string
  readonly task?: string
  readonly tags: readonly string[]
  readonly importance?: number
  readonly label: SceneLabel
  readonly title: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt?: number
  /** Of a search. */
  readonly score?: number
}

/** `GET /api/records/<collection>/<id>`: all about one record. */
export interface RecordDetail extends RecordRow {
  /** JSON text of its value, cut after 200,000 characters. */
  readonly value: string
  readonly isCut: boolean
  /** Writes that the feed tells of, newest first; values of those that the dashboard saw pass. */
  readonly history: readonly {
    readonly version: number
    readonly author: string
    readonly at: number
    readonly value?: string
  }[]
  /** Who read it, where the person has the right to see the audit. */
  readonly readers: readonly { readonly agent: string; readonly count: number; readonly lastAt: number }[]
  readonly sources: readonly LineageItem[]
  readonly uses: readonly LineageItem[]
}

/** One step of a lineage. */
export interface LineageItem {
  readonly collection: string
  readonly id: string
  readonly title: string
  readonly author: string
  readonly depth: number
  /** The id of the item that it leads to. */
  readonly from: string
}

/** `GET /api/figures?since=&until=`: numbers, and how they went over time. */
export interface Figures {
  readonly avoided: { readonly calls: number; readonly ms: number; readonly tokens: number; readonly usd: number }
  readonly spent: { readonly calls: number; readonly ms: number; readonly tokens: number; readonly usd: number }
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
}

/** `GET /api/inbox`: escalations that the person may see, the oldest first. */
export interface InboxItem {
  readonly id: string
  readonly version: number
  readonly state: EscalationStateName
  readonly task: string
  readonly reason: string
  readonly question?: string
  readonly assignedTo?: string
  readonly openedBy: string
  readonly takenBy?: string
  readonly answer?: string
  readonly openedAt: number
  readonly updatedAt: number
  readonly expiresAt?: number
}

/**
 * `GET /api/inbox/<id>`: an escalation with its package: all that is known about its task, as far as the person may
 * see it. Values are JSON text, cut after 20,000 characters.
 */
export interface InboxDetail {
  readonly item: InboxItem
  readonly observations: readonly PackagedItem[]
  readonly decisions: readonly PackagedItem[]
  readonly learnings: readonly PackagedItem[]
  readonly facts: readonly PackagedItem[]
  /** Sizes, media types and sources; not their contents. */
  readonly objects: readonly PackagedItem[]
  /** What happened on the task, oldest first. */
  readonly timeline: readonly {
    readonly at: number
    readonly collection: string
    readonly id: string
    readonly author: string
  }[]
  /** Records of the task that the person may not see. */
  readonly leftOut: number
  /** Whether there was more than a package holds. */
  readonly isCut: boolean
}

/** A record of a package. */
export interface PackagedItem {
  readonly id: string
  readonly author: string
  readonly at: number
  readonly value: string
  readonly derivedFrom: readonly string[]
}

/** `POST /api/inbox/<id>`: what a person does with an escalation. Answers are JSON text. */
export type InboxAction =
  | { readonly do: 'take' }
  | { readonly do: 'release' }
  | { readonly do: 'answer'; readonly answer: string }
  | { readonly do: 'hand-back'; readonly why: string }

/** What a refused request is answered with. */
export interface Problem {
  readonly code: string
  readonly message: string
}
