/** The kind of a question's figures: times in nanoseconds, sizes in bytes, or plain numbers. */
export type Kind = 'time' | 'bytes' | 'count'

/** One of the implementations that a question compares. */
export interface Contender {
  readonly name: string
  /** Repeats the operation `times` times. Returns a value made of the results, so that none can be optimized away. */
  run(times: number): unknown
  /** Whether `run` returns the figure per repetition itself: a time that is only part of its work, bytes, a count. */
  readonly tellsFigure?: boolean
  /** Throws when its answers are wrong. Runs once, before any measurement. */
  check(): Promise<void> | void
}

/** A question, and the contenders that answer it in turns. */
export interface Question {
  readonly name: string
  /** What its figures mean. */
  readonly unit: string
  /** @defaultValue 'time' */
  readonly kind?: Kind
  /** Repetitions of the operation in one turn. */
  readonly times: number
  /**
   * Most turns of each contender that count. Set it where one turn suffices or takes long.
   *
   * @defaultValue 31
   */
  readonly rounds?: number
  /**
   * Warm-up turns, which do not count.
   *
   * @defaultValue 3
   */
  readonly warmUps?: number
  /**
   * Longest total time of the turns, in milliseconds. Raise it to see a small difference between long turns.
   *
   * @defaultValue 5_000
   */
  readonly budgetMs?: number
  readonly contenders: readonly Contender[]
  /** The targets. */
  readonly ratios: readonly Ratio[]
  close?(): Promise<void>
}

/** A target: `of` takes at most `most` times the figure of `to` or, without `to`, at most `most`. */
export interface Ratio {
  readonly of: string
  readonly to?: string
  readonly most: number
  /** Why the target is missed, where that is known. */
  readonly limit?: string
}

/** The settings of a run. */
export interface Asking {
  /** Whether the run only checks that all answers are right. */
  readonly quick: boolean
  /** Keeps expensive preparations that several questions share, for the length of the run. */
  readonly folder: string
}

/** Prepares a question: fills stores, starts servers. */
export type Open = (asking: Asking) => Promise<Question>

/** A requirement of a question is missing: the question is skipped, with the reason and a remedy. */
export class MissingError extends Error {}
