/** What is counted, per thread; one thread writes its own row and any thread may add them up. */
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
] as const

/** One of the things that are counted. */
export type CounterName = (typeof counterNames)[number]

/** Counters added up over every thread of this process since the memory was opened. */
export type MemoryStats = Readonly<Record<CounterName, number>>

/** Most threads that may share one memory in a process, the opening one included. */
export const maxThreads = 64

/** One thread's row in the shared table of counters. */
export class Counters {
  readonly #row: Float64Array

  constructor(buffer: SharedArrayBuffer, thread: number) {
    const length = counterNames.length
    this.#row = new Float64Array(buffer, thread * length * Float64Array.BYTES_PER_ELEMENT, length)
  }

  /** The same as `add('hits')`, for the one place where the name would cost as much as the rest. */
  addHit(): void {
    // Row 0 is that of hits.
    this.#row[0] = (this.#row[0] as number) + 1
  }

  add(name: CounterName, amount = 1): void {
    const index = indexes[name]
    // Only this thread writes this row, so no atomic add is needed.
    this.#row[index] = (this.#row[index] as number) + amount
  }
}

/** Memory for every thread's row. */
export function counterBuffer(): SharedArrayBuffer {
  return new SharedArrayBuffer(maxThreads * counterNames.length * Float64Array.BYTES_PER_ELEMENT)
}

/** Adds up the rows of all threads. Rows of threads that have ended stay in the sum. */
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
