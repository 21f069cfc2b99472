import { warn } from '@skein/memory/runtime'

import type { Clock } from '../base/clock.ts'

/** An agent with messages to deliver. */
export interface Runnable {
  /**
   * Delivers some messages, until the deadline has passed or there are none.
   *
   * @param deadline - By `performance.now()`.
   * @param limit - How many at most; a fair share when left out.
   * @returns whether there may be more.
   */
  run(deadline: number, limit?: number): boolean
}

/** Decides which agent runs next. */
export interface Scheduler {
  /** Runs it soon, but not on the caller's stack. Called once until it has run. */
  add(runnable: Runnable): void
}

const sliceMs = 4

/**
 * Delivers messages outside the sender's call stack, in slices of a few
 * milliseconds between which the event loop turns: chains of any length
 * neither overflow the stack nor starve timers and sockets.
 *
 * A slice begins with a microtask, so that an idle flock answers at once. All
 * slices of one turn of the event loop share one deadline: otherwise agents and
 * promises that wake each other forever would never let the loop turn.
 */
export class RunQueue implements Scheduler {
  /** Makes a queue that the clock can follow. */
  static by(clock: Clock): RunQueue {
    const queue = new RunQueue()
    clock.follow?.(() => queue.isIdle)
    return queue
  }

  #ready: Runnable[] = []
  #isRunning = false
  /** When this turn of the event loop should end; 0 until something has run in it. */
  #deadline = 0
  #isTurnOver = false

  add(runnable: Runnable): void {
    this.#ready.push(runnable)
    if (this.#isRunning || this.#isTurnOver) return
    this.#isRunning = true
    queueMicrotask(this.#slice)
  }

  /** Whether no agent has a message that could be delivered now. */
  get isIdle(): boolean {
    return this.#ready.length === 0 && !this.#isRunning
  }

  readonly #slice = (): void => {
    if (this.#deadline === 0) {
      this.#deadline = performance.now() + sliceMs
      setImmediate(this.#nextTurn)
    } else if (performance.now() > this.#deadline) {
      this.#isTurnOver = true
    }
    while (this.#ready.length > 0 && !this.#isTurnOver) {
      const round = this.#ready
      this.#ready = []
      for (let index = 0; index < round.length; index += 1) {
        const runnable = round[index] as Runnable
        if (this.#runOne(runnable)) this.#ready.push(runnable)
        // Reading the time costs more than most deliveries: not after each.
        if (index % 16 === 15 && performance.now() > this.#deadline) {
          this.#ready = [...round.slice(index + 1), ...this.#ready]
          this.#isTurnOver = true
          break
        }
      }
      if (performance.now() > this.#deadline) this.#isTurnOver = true
    }
    this.#isRunning = false
  }

  #runOne(runnable: Runnable): boolean {
    try {
      return runnable.run(this.#deadline)
    } catch (error) {
      warn(error)
      return false
    }
  }

  readonly #nextTurn = (): void => {
    this.#deadline = 0
    this.#isTurnOver = false
    if (this.#ready.length === 0 || this.#isRunning) return
    this.#isRunning = true
    this.#slice()
  }
}
