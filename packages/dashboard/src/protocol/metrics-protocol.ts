/** Calls to models, working time in milliseconds, tokens and US dollars, saved or spent: as in the ledger of the memory. */
export interface Cost {
  readonly calls: number
  readonly ms: number
  readonly tokens: number
  /** Tokens among them that came from a provider's prompt cache; absent if none. */
  readonly cachedTokens?: number
  readonly usd: number
}

/** `GET /api/metrics?since=&until=`: the metrics of a window of time, and their course over it. */
export interface Metrics {
  /** The window, Unix milliseconds; `since` is later than requested when the feed begins later. */
  readonly since: number
  readonly until: number
  /** What reusing results saved. */
  readonly saved: Cost
  readonly spent: Cost
  /** Results of work that were computed, and that were reused instead. */
  readonly results: { readonly computed: number; readonly reused: number }
  /** Counts of the server's process since it opened the memory, regardless of the window. */
  readonly cache: { readonly hits: number; readonly misses: number; readonly invalidations: number }
  /** From the first claim of a task to its release, in milliseconds. */
  readonly completion: { readonly medianMs: number; readonly p95Ms: number; readonly count: number }
  /** From 0 to 1. */
  readonly reworkRate: number
  /** From 0 to 1. */
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
    /** Calls that reuse saved. */
    readonly saved: number
    readonly reworkRate: number
    readonly escalationRate: number
  }[]
  /** Queue lengths over the window; empty when the dashboard shows no flock. */
  readonly queues: readonly QueueSample[]
  /** Workers of other machines and their waiting jobs at present; absent if the dashboard knows of none. */
  readonly work?: WorkQueue
}

/** Counts of a queue's jobs, by outcome. */
export interface WorkCounts {
  readonly running: number
  readonly done: number
  readonly failed: number
  /** Queued again by their callers after a failure. */
  readonly retried: number
  /** Jobs whose worker ended or was disconnected; for a worker, those that it detected. */
  readonly stalled: number
}

/** The workers of a queue, and its activities: part of what `listWorkers` of `@skein/bullmq` returns. */
export interface WorkQueue {
  readonly queue: string
  readonly workers: readonly (WorkCounts & {
    readonly id: string
    readonly host: string
    readonly isDraining: boolean
  })[]
  readonly activities: readonly (WorkCounts & {
    readonly name: string
    readonly version: string
    readonly waiting: number
    /** How many workers have it. */
    readonly workers: number
    /** Why no worker can run it; absent if one can. */
    readonly missing?: string
  })[]
}

/** The queue lengths of a flock at one time. */
export interface QueueSample {
  readonly at: number
  /** Messages waiting in mailboxes. */
  readonly messages: number
  /** Activities waiting for a worker; absent when the executor does not count them. */
  readonly activities?: number
}
