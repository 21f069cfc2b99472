import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import type { View } from '@skein/memory'
import { maxTimerMs, outlast } from '@skein/memory/runtime'
import { runtimeState } from '@skein/memory/runtime'
import type { SharedState } from '@skein/memory/runtime'

import { Semaphore } from '../base/semaphore.ts'
import { enter, hold, leave, requireLimits, stay } from './rate-limit.ts'
import type { LimitState, RateLimits } from './rate-limit.ts'

/** How long a call still counts as running after its thread last renewed it. */
const leaseMs = 30_000
const keepMs = 86_400_000

/** One attempt to call a model, as the limiter sees it. */
export interface LimitedAttempt<Result> {
  /** Tokens that it is expected to use; called only where tokens are limited. */
  readonly estimate: () => number
  readonly run: () => Promise<Result>
  /** Tokens that it used. */
  readonly usedTokens: (result: Result) => number
}

/**
 * Lets calls of one model begin at its rate, first come first served. Its counts
 * are kept in the memory, so the limits hold across all threads and processes.
 */
export class Limiter {
  readonly #limits: RateLimits
  readonly #memory: View
  readonly #state: SharedState<LimitState | undefined>
  readonly #queue: Semaphore

  /** @throws OptionError when a limit is out of range. */
  constructor(model: string, limits: RateLimits, memory: View) {
    requireLimits(limits)
    this.#limits = limits
    this.#memory = memory
    this.#state = runtimeState(memory, `limits/${model}`, keepMs)
    this.#queue = queueOf(this.#state)
  }

  /** Runs an attempt when its turn has come. @throws the signal's reason, and what the attempt throws. */
  async run<Result>({ estimate, run, usedTokens }: LimitedAttempt<Result>, signal: AbortSignal): Promise<Result> {
    const { parallel, tokensPerMinute } = this.#limits
    const step = { id: randomUUID(), tokens: tokensPerMinute === undefined ? 0 : estimate(), leaseMs }
    const end = async (used: number | undefined): Promise<void> => {
      const { id, tokens } = step
      await this.#state.change((state) => leave(state, this.#limits, { id, tokens, used }))
    }
    try {
      // Of those waiting in this thread, only the first is in the queue of all threads.
      const entering = (): Promise<number> => this.#enter(step, signal)
      let startAt = parallel === undefined ? await entering() : await this.#queue.run(entering, signal)
      while (startAt > this.#memory.now()) {
        await sleep(Math.min(startAt - this.#memory.now(), maxTimerMs), undefined, { signal })
        // A pause requested meanwhile also delays calls that already had a start time.
        if ((await this.#heldUntil()) > startAt) startAt = await entering()
      }
    } catch (error) {
      await end(undefined)
      // A timer throws an error of its own for an aborted signal.
      signal.throwIfAborted()
      throw error
    }
    const renewal = parallel === undefined ? undefined : setInterval(() => this.#stay(step), leaseMs / 3).unref()
    let used = 0
    try {
      const result = await run()
      used = usedTokens(result)
      return result
    } finally {
      clearInterval(renewal)
      await end(used)
    }
  }

  /** Lets no call of this model begin for a while. */
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
      const change = (): Promise<ReturnType<typeof enter>['result']> =>
        this.#state.change((state, now) => enter(state, this.#limits, step, now))
      const entry = await outlast(change, { signal })
      if ('startAt' in entry) return entry.startAt
      await this.#state.untilWritten(mark, entry.waitMs, signal)
    }
  }

  #stay(step: Parameters<typeof stay>[1]): void {
    // A failure here shows when the call ends.
    this.#state.change((state, now) => stay(state, step, now)).catch(() => {})
  }
}

const queues = new WeakMap<object, Semaphore>()

/** All calls of one model in a thread wait in one queue, whoever makes them. */
function queueOf(state: object): Semaphore {
  const known = queues.get(state) ?? new Semaphore(1)
  queues.set(state, known)
  return known
}
