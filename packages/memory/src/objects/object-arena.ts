import { coarseClock } from '../cache/coarse-clock.ts'
import { maxThreads } from '../cache/counters.ts'
import { FreeList } from './free-list.ts'
import {
  directorySize,
  entryWords,
  lengthWord,
  offsetWord,
  probeIndex,
  probes,
  tagOf,
  unit,
  usedWord,
} from './shared-objects.ts'
import type { SharedObjectBuffers } from './shared-objects.ts'

/**
 * Decides which objects are in shared memory. It is the only writer of the
 * directory and runs in the thread that opened the store.
 *
 * The arena reuses its memory instead of leaving it to the garbage collector.
 * When it is full, it evicts the least recently used object that no thread pins.
 */
export class ObjectArena {
  readonly buffers: SharedObjectBuffers
  readonly #directory: Int32Array
  readonly #pins: Int32Array
  readonly #free = new FreeList()
  /** The entries in use: index in the directory → size in the arena. */
  readonly #resident = new Map<number, number>()

  constructor(buffers: SharedObjectBuffers) {
    this.buffers = buffers
    this.#directory = new Int32Array(buffers.directory)
    this.#pins = new Int32Array(buffers.pins)
  }

  /**
   * Reserves a region for an object and returns its offset. Returns `undefined` if
   * the object is larger than half the arena, or pinned objects take the space.
   */
  reserve(length: number): number | undefined {
    const size = roundUp(length)
    if (size > this.buffers.arena.maxByteLength / 2) return undefined
    let offset = this.#free.take(size)
    while (offset === undefined && this.#grow()) offset = this.#free.take(size)
    if (offset !== undefined) return offset
    for (const index of this.#leastRecentlyUsed()) {
      if (!this.#evict(index)) continue
      offset = this.#free.take(size)
      if (offset !== undefined) return offset
    }
    return undefined
  }

  /** Frees a reserved region that was not published. */
  cancel(offset: number, length: number): void {
    this.#free.give(offset, roundUp(length))
  }

  /** Frees the region of an object, unless a thread has it pinned: then it goes when it is evicted. */
  drop(hash: string): void {
    const tag = tagOf(hash)
    for (let probe = 0; probe < probes; probe += 1) {
      const index = probeIndex(tag, probe)
      const isIt = tag.every((word, at) => this.#directory[index * entryWords + at] === word)
      if (isIt && this.#resident.has(index)) this.#evict(index)
    }
  }

  /**
   * Makes a filled region visible to all threads under its hash. Frees the region if
   * the hash is already in the directory, or its places are taken by pinned objects.
   */
  publish(hash: string, offset: number, length: number): void {
    const tag = tagOf(hash)
    const places = Array.from({ length: probes }, (_, probe) => probeIndex(tag, probe))
    const isThere = places.some((index) => tag.every((word, at) => this.#directory[index * entryWords + at] === word))
    const index = isThere ? undefined : this.#vacate(places)
    if (index === undefined) {
      this.cancel(offset, length)
      return
    }
    const base = index * entryWords
    Atomics.store(this.#directory, base + offsetWord, offset / unit)
    Atomics.store(this.#directory, base + lengthWord, length)
    Atomics.store(this.#directory, base + usedWord, coarseClock.now)
    // The first word comes last, because it makes the entry visible.
    for (const word of [3, 2, 1, 0] as const) Atomics.store(this.#directory, base + word, tag[word])
    this.#resident.set(index, roundUp(length))
  }

  /** Clears the pins of a thread that has ended. */
  unpinThread(thread: number): void {
    this.#pins.fill(0, thread * directorySize, (thread + 1) * directorySize)
  }

  /** Doubles the arena, up to its maximum; returns whether there was room left to grow. */
  #grow(): boolean {
    const { arena } = this.buffers
    const size = arena.byteLength
    const next = Math.min(arena.maxByteLength, Math.max(firstBytes, 2 * size))
    if (next === size) return false
    arena.grow(next)
    this.#free.give(size, next - size)
    return true
  }

  #vacate(places: readonly number[]): number | undefined {
    const empty = places.find((index) => !this.#resident.has(index))
    if (empty !== undefined) return empty
    return places.toSorted((a, b) => this.#usedAt(a) - this.#usedAt(b)).find((index) => this.#evict(index))
  }

  #evict(index: number): boolean {
    const base = index * entryWords
    const first = Atomics.exchange(this.#directory, base, 0)
    for (let thread = 0; thread < maxThreads; thread += 1) {
      if (Atomics.load(this.#pins, thread * directorySize + index) === 0) continue
      Atomics.store(this.#directory, base, first)
      return false
    }
    this.#free.give((this.#directory[base + offsetWord] as number) * unit, this.#resident.get(index) as number)
    this.#resident.delete(index)
    return true
  }

  #leastRecentlyUsed(): number[] {
    return [...this.#resident.keys()].toSorted((a, b) => this.#usedAt(a) - this.#usedAt(b))
  }

  #usedAt(index: number): number {
    return Atomics.load(this.#directory, index * entryWords + usedWord)
  }
}

/** The size to which an empty arena grows, in bytes. */
const firstBytes = 1_048_576

function roundUp(length: number): number {
  return Math.max(unit, Math.ceil(length / unit) * unit)
}
