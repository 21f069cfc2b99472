import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import type { View } from '@skein/memory'
import type { SharedState } from '@skein/memory/runtime'

import { Semaphore } from '../base/semaphore.ts'
import type { Model } from './model.ts'
import { enter, hold, leave, requireLimits, stay } from './rate-limit.ts'
import type { LimitState, RateLimits } from './rate-limit.ts'

/** A call counts as under way so long after its thread was last heard of. */
const leaseMs = 30_000
const keepMs = 86_400_000
/** The longest that a timer can wait. */
const longestMs = 2 ** 31 - 1

/** One attempt to call a model, as the limiter sees it. */
export interface LimitedAttempt<Result> {
  /** Tokens that it is expected to take; asked only where these are limited. */
  readonly estimate: () => number
  readonly run: () => Promise<Result>
  /** Tokens that it took. */
  readonly tookOf: (result: Result) => number
}

/**
 * Lets calls of one model begin at its rate, in the order of asking. All that
 * it counts lies in the memory, so that it holds for all threads and processes.
 */
export class Limiter {
  readonly #limits: RateLimits
  readonly #memory: View
  readonly #state: SharedState<LimitState | undefined>
  readonly #turns: Semaphore

  /** @throws OptionError when a limit is out of range. */
  constructor({ id, settings }: Model, memory: View) {
    this.#limits = settings?.limits ?? {}
    requireLimits(this.#limits)
    this.#memory = memory
    this.#state = memory.state(`limits/${id}`, keepMs)
    this.#turns = turnsOf(this.#state)
  }

  /** Runs an attempt when its turn has come. @throws the signal's reason, and what the attempt throws. */
  async run<Result>({ estimate, run, tookOf }: LimitedAttempt<Result>, signal: AbortSignal): Promise<Result> {
    const { parallel, tokensPerMinute } = this.#limits
    const step = { id: randomUUID(), tokens: tokensPerMinute === undefined ? 0 : estimate(), leaseMs }
    const end = async (took: number | undefined): Promise<void> => {
      const { id, tokens } = step
      await this.#state.change((state) => leave(state, this.#limits, { id, tokens, took }))
    }
    try {
      // Of those that wait in one thread only the first stands in the queue of all threads.
      const entering = (): Promise<number> => this.#enter(step, signal)
      let startAt = parallel === undefined ? await entering() : await this.#turns.run(entering, signal)
      while (startAt > this.#memory.now()) {
        await sleep(Math.min(startAt - this.#memory.now(), longestMs), undefined, { signal })
        // A pause that was asked for in the meantime holds for those too who had a time to begin at.
        if ((await this.#heldUntil()) > startAt) startAt = await entering()
      }
    } catch (error) {
      await end(undefined)
      // A timer gives its own error for an aborted signal.
      signal.throwIfAborted()
      throw error
    }
    const beat = parallel === undefined ? undefined : setInterval(() => this.#stay(step), leaseMs / 3).unref()
    let took = 0
    try {
      const result = await run()
      took = tookOf(result)
      return result
    } finally {
      clearInterval(beat)
      await end(took)
    }
  }

  /** Lets nobody call this model for a while. */
  async hold(pauseMs: number): Promise<void> {
    await this.#state.change((state, now) => hold(state, pauseMs, now))
  }

  #heldUntil(): Promise<number> {
    return this.#state.change((state) => ({ state, result: state?.heldUntil ?? 0 }))
  }

  async #enter(step: Parameters<typeof enter>[2], signal: AbortSignal): Promise<number> {
    for (;;) {
      signal.throwIfAborted()
      const mark = this.#state.mark()
      const entry = await this.#state.change((state, now) => enter(state, this.#limits, step, now))
      if ('startAt' in entry) return entry.startAt
      await this.#state.untilWritten(mark, entry.waitMs, signal)
    }
  }

  #stay(step: Parameters<typeof stay>[1]): void {
    // What goes wrong here shows when the call ends.
    this.#state.change((state, now) => stay(state, step, now)).catch(() => {})
  }
}

const turns = new WeakMap<object, Semaphore>()

/** All calls of one model in a thread stand in one line, whoever makes them. */
function turnsOf(state: object): Semaphore {
  const known = turns.get(state) ?? new Semaphore(1)
  turns.set(state, known)
  return known
}
