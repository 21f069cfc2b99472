/** What figures of a question are: times in nanoseconds, sizes in bytes, or plain numbers. */
export type Kind = 'time' | 'bytes' | 'count'

/** One way of doing the thing that a question asks about. */
export interface Contender {
  readonly name: string
  /** Does it `times` times; returns something made of the results, so that none can be optimised away. */
  run(times: number): unknown
  /** Whether `run` returns the figure of one time itself: a time that is not all that it does, bytes, a count. */
  readonly tellsFigure?: boolean
  /** Throws when its answers are wrong. Called once, before anything is measured. */
  check(): Promise<void> | void
}

/** A question, with the contenders that answer it in turns. */
export interface Question {
  readonly name: string
  /** What a figure of it means. */
  readonly unit: string
  /** @defaultValue 'time' */
  readonly kind?: Kind
  /** How often a contender does it in one turn. */
  readonly times: number
  /**
   * Turns of each contender that count, at most, where one tells everything or takes long.
   *
   * @defaultValue 31
   */
  readonly rounds?: number
  /**
   * Turns before those, which do not count.
   *
   * @defaultValue 3
   */
  readonly warmUps?: number
  /**
   * How long the turns go on at most, in milliseconds, where a small difference of long turns is asked for.
   *
   * @defaultValue 5_000
   */
  readonly budgetMs?: number
  readonly contenders: readonly Contender[]
  /** Which contender is held against what. */
  readonly ratios: readonly Ratio[]
  close?(): Promise<void>
}

/** What is asked for: `of` at most so many times the figure of `to`, or, without `to`, at most that figure. */
export interface Ratio {
  readonly of: string
  readonly to?: string
  readonly most: number
  /** What stands in the way, where it is known to be missed. */
  readonly limit?: string
}

/** How a question is asked. */
export interface Asking {
  /** Whether it is only to be seen that everybody gives right answers. */
  readonly quick: boolean
  /** What takes long to make and several questions want lies here while a run lasts. */
  readonly folder: string
}

/** Makes a question ready: fills stores, starts servers. */
export type Open = (asking: Asking) => Promise<Question>

/** What a question needs is not there: it is left out, with the reason and what would help. */
export class MissingError extends Error {}
