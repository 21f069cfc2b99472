import { longestTimer } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'

/** Something that ends at a certain time unless it is over before. */
export interface TimerTarget {
  onTimeout(): void
}

/** A time-out that can be called off. */
export interface WheelTimer {
  /** Twice does no harm. */
  cancel(): void
}

/** Deadlines that come together share a timer: up to this share of their length late, and a millisecond. */
const lateness = 64

interface Bucket {
  readonly waiting: Set<TimerTarget>
  readonly timer: unknown
}

/**
 * Many deadlines on few timers. One that was set for `ms` passes between `ms`
 * and 1/64 more after it was set: all that pass within the same stretch of
 * time share one timer of the clock, so that setting and cancelling one costs
 * no more than an entry of a set.
 */
export class TimerWheel {
  readonly #clock: Clock
  readonly #buckets = new Map<number, Bucket>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param ms - Longer than a timer can wait is for ever. */
  add(timed: TimerTarget, ms: number): WheelTimer {
    if (ms > longestTimer) return never
    const power = Math.max(0, Math.floor(Math.log2(ms / lateness)))
    const stretch = 2 ** power
    const end = (Math.floor((this.#clock.now() + ms) / stretch) + 1) * stretch
    const name = end * 32 + power
    const bucket = this.#buckets.get(name) ?? this.#open(name, end)
    bucket.waiting.add(timed)
    if (bucket.waiting.size === 1) hold(bucket.timer)
    return {
      cancel: () => {
        // A timer that nobody waits for any more fires in its time, but keeps no process alive.
        if (bucket.waiting.delete(timed) && bucket.waiting.size === 0) letGo(bucket.timer)
      },
    }
  }

  #open(name: number, end: number): Bucket {
    const waiting = new Set<TimerTarget>()
    const pass = (): void => {
      this.#buckets.delete(name)
      for (const timed of waiting) {
        waiting.delete(timed)
        timed.onTimeout()
      }
    }
    const bucket = { waiting, timer: this.#clock.setTimeout(pass, Math.ceil(end - this.#clock.now()) + 1) }
    this.#buckets.set(name, bucket)
    return bucket
  }
}

const never: WheelTimer = { cancel: () => {} }

function hold(timer: unknown): void {
  ;(timer as Partial<NodeJS.Timeout>).ref?.()
}

function letGo(timer: unknown): void {
  ;(timer as Partial<NodeJS.Timeout>).unref?.()
}
