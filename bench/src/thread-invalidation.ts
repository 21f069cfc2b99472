import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

import { EpochTable } from '../../packages/memory/src/cache/epoch-table.ts'
import type { Contender } from './question.ts'

/** How long after a write began a busy thread of the same process refuses its copy. */
export async function threadInvalidation(): Promise<{ contender: Contender; close(): Promise<void> }> {
  const epochs = new EpochTable()
  const slot = epochs.slotOf('facts', 'k')
  /** When the reader saw it; the round; what the reader's copy was made at, or -1 to end. */
  const seen = new SharedArrayBuffer(3 * BigInt64Array.BYTES_PER_ELEMENT)
  const words = new BigInt64Array(seen)
  /** 1 while the reader looks, 0 while it sleeps. */
  const awake = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const reader = new Worker(new URL('./epoch-reader.ts', import.meta.url), {
    workerData: { epochs: epochs.buffer, slot, seen, awake: awake.buffer },
  })
  await once(reader, 'message')
  let round = 0n
  const wake = (): void => {
    Atomics.store(awake, 0, 1)
    Atomics.notify(awake, 0)
  }
  const one = (): number => {
    Atomics.store(words, 0, 0n)
    Atomics.store(words, 2, BigInt(epochs.observe(slot) ?? 0))
    round += 1n
    Atomics.store(words, 1, round)
    // The reader has to have come to its loop: it does nothing else while it is awake.
    const begun = process.hrtime.bigint() + 20_000n
    while (process.hrtime.bigint() < begun);
    const before = process.hrtime.bigint()
    epochs.begin(slot)
    while (Atomics.load(words, 0) === 0n);
    epochs.end(slot)
    return Number(Atomics.load(words, 0) - before)
  }
  return {
    contender: {
      name: 'threads: copy invalidated',
      tellsFigure: true,
      check: () => {
        wake()
        const took = one()
        Atomics.store(awake, 0, 0)
        if (!(took > 0)) throw new Error('The effect came before its cause.')
      },
      run: (times) => {
        wake()
        const took = Array.from({ length: times }, () => one()).toSorted((a, b) => a - b)
        Atomics.store(awake, 0, 0)
        return took[Math.floor(times / 2)]
      },
    },
    close: async () => {
      Atomics.store(words, 2, -1n)
      wake()
      await once(reader, 'exit')
    },
  }
}
