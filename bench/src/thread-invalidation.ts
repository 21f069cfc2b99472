import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

import { EpochTable } from '../../packages/memory/src/epoch-table.ts'
import type { Contender } from './runner.ts'

/** How long after a write began a busy thread of the same process refuses its copy. */
export async function threadInvalidation(): Promise<{ contender: Contender; close(): Promise<void> }> {
  const epochs = new EpochTable()
  const slot = epochs.slotOf('facts', 'k')
  /** When the reader saw it; the round; what the reader's copy was made at, or -1 to end. */
  const seen = new SharedArrayBuffer(3 * BigInt64Array.BYTES_PER_ELEMENT)
  const words = new BigInt64Array(seen)
  const reader = new Worker(new URL('./epoch-reader.ts', import.meta.url), {
    workerData: { epochs: epochs.buffer, slot, seen },
  })
  await once(reader, 'message')
  let round = 0n
  const one = (): number => {
    Atomics.store(words, 0, 0n)
    Atomics.store(words, 2, BigInt(epochs.observe(slot) ?? 0))
    round += 1n
    Atomics.store(words, 1, round)
    // The reader has to have come to its loop: it does nothing else.
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
      name: 'threads: a copy is refused',
      tellsTime: true,
      check: () => {
        if (!(one() > 0)) throw new Error('The effect came before its cause.')
      },
      run: (times) => {
        const took = Array.from({ length: times }, () => one()).toSorted((a, b) => a - b)
        return took[Math.floor(times / 2)]
      },
    },
    close: async () => {
      Atomics.store(words, 2, -1n)
      await once(reader, 'exit')
    },
  }
}
