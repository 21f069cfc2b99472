import { coarseClock } from '../cache/coarse-clock.ts'
import { maxThreads } from '../cache/counters.ts'

/**
 * Objects that all threads of a process read in place.
 *
 * One arena of shared memory holds the bytes; a directory beside it, shared
 * too, says where. A thread finds an object there with a few atomic loads: no
 * message, no copy, not even the first time.
 *
 * While a thread reads an object it pins it. Eviction and pinning are the two
 * sides of Dekker's handshake: a reader writes its pin and then reads the tag
 * again, the evicting thread clears the tag and then reads the pins, so one of
 * the two always sees the other. Each thread has its own pins, so those of a
 * terminated one can be wiped.
 *
 * Only one thread (see `ObjectArena`) ever writes the directory.
 */
export interface SharedObjectBuffers {
  readonly arena: SharedArrayBuffer
  readonly directory: SharedArrayBuffer
  readonly pins: SharedArrayBuffer
}

/** Objects that the directory can name at once. */
export const directorySize = 8_192
/** Places where a hash may stand, counted from its own. */
export const probes = 16
/** Words of a directory entry: four of the hash, then offset, length and time of last use. */
export const entryWords = 8
export const offsetWord = 4
export const lengthWord = 5
export const usedWord = 6

/** An object's bytes, in place. They stay what they are until `release` is called. */
export interface PinnedBytes {
  readonly bytes: Uint8Array
  release(): void
}

/** A thread's way to the shared objects. */
export class SharedObjects {
  readonly #arena: SharedArrayBuffer
  readonly #directory: Int32Array
  readonly #pins: Int32Array

  /** @param thread - This thread's row of pins. */
  constructor(buffers: SharedObjectBuffers, thread: number) {
    this.#arena = buffers.arena
    this.#directory = new Int32Array(buffers.directory)
    const rowBytes = directorySize * Int32Array.BYTES_PER_ELEMENT
    this.#pins = new Int32Array(buffers.pins, thread * rowBytes, directorySize)
  }

  /** Finds and pins an object; `undefined` when it is not in shared memory now. */
  find(hash: string): PinnedBytes | undefined {
    const tag = tagOf(hash)
    for (let probe = 0; probe < probes; probe += 1) {
      const index = probeIndex(tag, probe)
      if (!this.#matches(index, tag)) continue
      Atomics.add(this.#pins, index, 1)
      if (this.#matches(index, tag)) return this.#pinned(index)
      Atomics.sub(this.#pins, index, 1)
    }
    return undefined
  }

  /** A stretch of the arena that its owner reserved for this thread to fill. */
  region(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.#arena, offset, length)
  }

  #matches(index: number, tag: Tag): boolean {
    const base = index * entryWords
    return tag.every((word, position) => Atomics.load(this.#directory, base + position) === word)
  }

  #pinned(index: number): PinnedBytes {
    const base = index * entryWords
    const offset = Atomics.load(this.#directory, base + offsetWord) * unit
    const length = Atomics.load(this.#directory, base + lengthWord)
    Atomics.store(this.#directory, base + usedWord, coarseClock.now)
    let isHeld = true
    return {
      bytes: new Uint8Array(this.#arena, offset, length),
      release: () => {
        if (isHeld) Atomics.sub(this.#pins, index, 1)
        isHeld = false
      },
    }
  }
}

/** Shared memory for `bytes` bytes of objects. Pages cost nothing until they are used. */
export function sharedObjectBuffers(bytes: number): SharedObjectBuffers {
  return {
    arena: new SharedArrayBuffer(bytes),
    directory: new SharedArrayBuffer(directorySize * entryWords * Int32Array.BYTES_PER_ELEMENT),
    pins: new SharedArrayBuffer(maxThreads * directorySize * Int32Array.BYTES_PER_ELEMENT),
  }
}

/** Bytes of one unit of the arena: offsets and sizes are multiples of it. */
export const unit = 64

/** The first 128 bits of a hash; the first word is never 0, which stands for an empty entry. */
export type Tag = readonly [number, number, number, number]

export function tagOf(hash: string): Tag {
  const word = (index: number): number => Number.parseInt(hash.slice(index * 8, index * 8 + 8), 16) | 0
  return [word(0) || 1, word(1), word(2), word(3)]
}

export function probeIndex(tag: Tag, probe: number): number {
  return ((tag[1] >>> 0) + probe) % directorySize
}
