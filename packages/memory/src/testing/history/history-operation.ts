/** Nanoseconds of the machine-wide monotonic clock: `process.hrtime.bigint()`. Those of one history are all of one type. */
export type Instant = bigint | number

/** One call, with the span of time in which it took effect. */
export interface Call {
  /** Who made it. All threads of a process are one process. */
  readonly process: string
  /** What it was about; keys are judged one by one. */
  readonly key: string
  readonly startedAt: Instant
  /** Absent when it was never answered: nobody knows whether it happened, or will. */
  readonly endedAt?: Instant | undefined
}

/**
 * One call on a versioned fact.
 *
 * A history holds no deletes and nothing that expires: a key that was made stays.
 */
export interface Operation extends Call {
  /** A `read` asked the store; a `cached-read` may have been answered from a copy. */
  readonly type: 'read' | 'cached-read' | 'write'
  /**
   * The version that was made or seen; 0 stands for "absent". Of a refused
   * write, what it was told to stand in its way: that counts as a read.
   */
  readonly version?: number | undefined
  /** What was written or seen, JSON data. Left out, it is compared with nothing. */
  readonly value?: unknown
  /** The version that a write was to replace, if it named one; 0 stands for "only if absent". */
  readonly ifVersion?: number | undefined
  /** False when it was refused and did nothing. */
  readonly ok?: boolean | undefined
}
