/** Nanoseconds of the machine-wide monotonic clock, `process.hrtime.bigint()`. A history uses one type throughout. */
export type Instant = bigint | number

/** One call, with the time span in which it took effect. */
export interface Call {
  /** The process that made the call; all its threads count as one. */
  readonly process: string
  /** The key that the call concerns; each key is checked by itself. */
  readonly key: string
  readonly startedAt: Instant
  /** Absent if the call was never answered: it may have taken effect, or may still do so. */
  readonly endedAt?: Instant | undefined
}

/**
 * One call on a versioned fact.
 *
 * A history contains no deletes and no expiring facts: a key that exists stays.
 */
export interface Operation extends Call {
  /** A `read` asks the store; a `cached-read` may come from a cache. */
  readonly type: 'read' | 'cached-read' | 'write'
  /**
   * The version that was made or seen; 0 means "absent". For a refused write, the
   * current version that the refusal reported: that counts as a read.
   */
  readonly version?: number | undefined
  /** The value that was written or seen, JSON data. Left out, it is not compared. */
  readonly value?: unknown
  /** The version that a write names as the one to replace; 0 means "only if absent". */
  readonly ifVersion?: number | undefined
  /** False if the call was refused and did nothing. */
  readonly ok?: boolean | undefined
}
