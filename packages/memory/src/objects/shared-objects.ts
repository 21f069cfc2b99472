import { coarseClock } from '../cache/coarse-clock.ts'
import { maxThreads } from '../cache/counters.ts'

/**
 * Shared memory with objects that all threads of a process read in place.
 *
 * An arena holds the bytes, and a directory maps hashes to regions of it. A thread
 * finds an object with a few atomic loads, without a message or a copy, even the
 * first time.
 *
 * A thread pins an object while it reads it. Pinning and eviction follow Dekker's
 * handshake. A reader writes its pin and then rereads the tag. The evicting thread
 * clears the tag and then reads the pins. So at least one of them sees the other.
 * Each thread has its own pins, so that those of a terminated thread can be cleared.
 *
 * Only one thread (see `ObjectArena`) ever writes the directory.
 */
export interface SharedObjectBuffers {
  readonly arena: SharedArrayBuffer
  readonly directory: SharedArrayBuffer
  readonly pins: SharedArrayBuffer
}

/** Number of entries in the directory. */
export const directorySize = 8_192
/** Number of consecutive places where a hash may be, starting at its own. */
export const probes = 16
/** Words of a directory entry: four of the hash, then offset, length, time of last use and one unused. */
export const entryWords = 8
export const offsetWord = 4
export const lengthWord = 5
export const usedWord = 6

/** An object's bytes, read in place. They stay unchanged until `release` is called. */
export interface PinnedBytes {
  readonly bytes: Uint8Array
  release(): void
}

/** A thread's access to the shared objects. */
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

  /** Finds and pins an object; `undefined` if it is not in shared memory now. */
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

  /** A region of the arena that was reserved for this thread to fill. */
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

/**
 * Reserves shared memory for at most `bytes` bytes of objects. The arena starts empty
 * and grows: Linux refuses to start a child process of a process whose writable
 * memory, used or not, exceeds the machine's.
 */
export function sharedObjectBuffers(bytes: number): SharedObjectBuffers {
  return {
    arena: new SharedArrayBuffer(0, { maxByteLength: bytes }),
    directory: new SharedArrayBuffer(directorySize * entryWords * Int32Array.BYTES_PER_ELEMENT),
    pins: new SharedArrayBuffer(maxThreads * directorySize * Int32Array.BYTES_PER_ELEMENT),
  }
}

/** The arena's allocation unit, in bytes. Offsets and sizes are multiples of it. */
export const unit = 64

/** The first 128 bits of a hash. The first word is never 0, which marks an empty entry. */
export type Tag = readonly [number, number, number, number]

export function tagOf(hash: string): Tag {
  const word = (index: number): number => Number.parseInt(hash.slice(index * 8, index * 8 + 8), 16) | 0
  return [word(0) || 1, word(1), word(2), word(3)]
}

export function probeIndex(tag: Tag, probe: number): number {
  return ((tag[1] >>> 0) + probe) % directorySize
}
