import type { Clock } from '../base/clock.ts'

/** Something with a time-out. */
export interface TimerTarget {
  onTimeout(): void
}

/** A time-out that can be canceled. */
export interface WheelTimer {
  /** Twice does no harm. */
  cancel(): void
}

/** A time-out may fire late by up to its length divided by this, and a millisecond: so many share a timer. */
const precision = 64

interface Bucket {
  readonly waiting: Set<TimerTarget>
  readonly timer: unknown
}

/**
 * Many time-outs on few timers. A time-out of `ms` fires between `ms` and 1/64
 * more after it was set: all that end within the same interval share one timer
 * of the clock, so that setting and canceling one costs no more than an entry of
 * a set.
 */
export class TimerWheel {
  readonly #clock: Clock
  readonly #buckets = new Map<number, Bucket>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param ms - At most what a timer can wait. */
  add(target: TimerTarget, ms: number): WheelTimer {
    const power = Math.max(0, Math.floor(Math.log2(ms / precision)))
    const intervalMs = 2 ** power
    const end = (Math.floor((this.#clock.now() + ms) / intervalMs) + 1) * intervalMs
    const name = end * 32 + power
    const bucket = this.#buckets.get(name) ?? this.#open(name, end)
    bucket.waiting.add(target)
    if (bucket.waiting.size === 1) ref(bucket.timer)
    return {
      cancel: () => {
        // A timer without targets still fires, but keeps no process alive.
        if (bucket.waiting.delete(target) && bucket.waiting.size === 0) unref(bucket.timer)
      },
    }
  }

  #open(name: number, end: number): Bucket {
    const waiting = new Set<TimerTarget>()
    const onEnd = (): void => {
      this.#buckets.delete(name)
      for (const target of waiting) {
        waiting.delete(target)
        target.onTimeout()
      }
    }
    const bucket = { waiting, timer: this.#clock.setTimeout(onEnd, Math.ceil(end - this.#clock.now()) + 1) }
    this.#buckets.set(name, bucket)
    return bucket
  }
}

function ref(timer: unknown): void {
  ;(timer as Partial<NodeJS.Timeout>).ref?.()
}

function unref(timer: unknown): void {
  ;(timer as Partial<NodeJS.Timeout>).unref?.()
}
