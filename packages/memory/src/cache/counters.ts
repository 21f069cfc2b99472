/** Names of the counters. Each thread writes its own row, and any thread may sum the rows. */
export const counterNames = [
  'hits',
  'misses',
  'invalidations',
  'computed',
  'computedMs',
  'reused',
  'savedMs',
  'savedTokens',
  'sharedReads',
  'bytesCopied',
  // Of the thread that opened the memory: rows that had expired or were deleted, and records that a rule kept no longer.
  'swept',
  'retentionRemoved',
] as const

/** The name of a counter. */
export type CounterName = (typeof counterNames)[number]

/** Counters since the memory was opened, summed over all threads of this process. */
export type MemoryStats = Readonly<Record<CounterName, number>>

/** Maximum number of threads that share one memory in a process, including the opening thread. */
export const maxThreads = 64

/** One thread's row in the shared table of counters. */
export class Counters {
  readonly #row: Float64Array

  constructor(buffer: SharedArrayBuffer, thread: number) {
    const length = counterNames.length
    this.#row = new Float64Array(buffer, thread * length * Float64Array.BYTES_PER_ELEMENT, length)
  }

  /** Same as `add('hits')`, without the look-up by name, which would double the cost on the hot path. */
  addHit(): void {
    // Column 0 counts hits.
    this.#row[0] = (this.#row[0] as number) + 1
  }

  add(name: CounterName, amount = 1): void {
    const index = indexes[name]
    // Only this thread writes this row, so no atomic add is needed.
    this.#row[index] = (this.#row[index] as number) + amount
  }
}

/** Allocates shared memory for the rows of all threads. */
export function counterBuffer(): SharedArrayBuffer {
  return new SharedArrayBuffer(maxThreads * counterNames.length * Float64Array.BYTES_PER_ELEMENT)
}

/** Sums the rows of all threads, including threads that have ended. */
export function sumCounters(buffer: SharedArrayBuffer): MemoryStats {
  const all = new Float64Array(buffer)
  const sums = counterNames.map((_, column) => {
    let sum = 0
    for (let index = column; index < all.length; index += counterNames.length) sum += all[index] as number
    return sum
  })
  return Object.fromEntries(counterNames.map((name, column) => [name, sums[column] ?? 0])) as MemoryStats
}

const indexes = Object.fromEntries(counterNames.map((name, index) => [name, index])) as Record<CounterName, number>
