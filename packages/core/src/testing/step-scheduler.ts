import type { Runnable, Scheduler } from '../messages/run-queue.ts'
import { turn } from './virtual-clock.ts'

/** Decides which agent runs next, by reproducible chance. */
export interface StepScheduler extends Scheduler {
  /** Delivers one message to one agent; returns whether there was any. */
  step(): boolean
  /** Delivers all messages, also those sent meanwhile; resolves to their number. */
  settle(): Promise<number>
}

/**
 * Makes a scheduler for tests: it delivers only when you tell it to, in an order of
 * agents that follows from the seed. Run a test with many seeds to find what
 * depends on the order.
 *
 * @param seed - An integer; equal seeds give equal orders.
 *
 * @example
 * ```ts
 * import { behavior, createFlock } from '@skein/core'
 * import { stepScheduler } from '@skein/core/testing'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const scheduler = stepScheduler(1)
 * const memory = await openMemory({ store: mapStore() })
 * const flock = await createFlock({ memory, scheduler })
 * const counter = flock.spawn(
 *   behavior({ role: 'counter', initial: 0, receive: (count, _: { type: 'tick' }) => count + 1 }),
 * )
 * counter.send({ type: 'tick' })
 * counter.snapshot // => { status: 'active', context: 0 }
 * scheduler.step() // => true
 * counter.snapshot // => { status: 'active', context: 1 }
 * await flock.close()
 * await memory.close()
 * ```
 */
export function stepScheduler(seed: number): StepScheduler {
  const ready: Runnable[] = []
  const random = mulberry32(seed)
  const step = (): boolean => {
    const index = Math.floor(random() * ready.length)
    const [runnable] = ready.splice(index, 1)
    if (!runnable) return false
    if (runnable.run(0, 1)) ready.push(runnable)
    return true
  }
  return {
    add: (runnable) => void ready.push(runnable),
    step,
    settle: async () => {
      let steps = 0
      await turn()
      while (step()) {
        steps += 1
        // Delivered messages may have resolved promises that send more.
        if (ready.length === 0) await turn()
      }
      return steps
    },
  }
}

/** Source: T. Ettinger, mulberry32, public domain. */
function mulberry32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
