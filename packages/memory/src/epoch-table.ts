/**
 * Tells every thread of a process, without a message, which cached records
 * are still true.
 *
 * One `Int32Array` on shared memory: word 0 is the epoch of the whole space,
 * word 1 counts changes (only to wake waiters), then follow 2^16 slots of two
 * words, `started` and `finished`. A key's hash names its slot; two keys in
 * one slot cost a needless miss, never a stale value.
 *
 * Protocol
 * - write:  `started += 1` · commit in the store · `finished += 1` · resolve.
 * - fill:   observe word 0, `finished`, `started`, in this order and before
 *           the store is asked; keep the value only if the last two are equal.
 *           (Read the other way round, two overlapping writes can look like none.)
 * - hit:    word 0 and `started` are still what the fill observed.
 * - change made by another process: `started += 1`, then `finished += 1`.
 *
 * A copy therefore stops being valid when a write begins, not after somebody
 * has seen the new value. Counters wrap after 2^32 writes; a copy would have
 * to sleep through exactly that many writes to its slot to be taken for fresh,
 * and its time to live ends long before.
 */
export class EpochTable {
  /** Give this to another thread; `new EpochTable(buffer)` there is the same table. */
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(bytes)) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer)
  }

  /** The index of a key's `started` word; `finished` is the next one. */
  slotOf(collection: string, id: string): number {
    return header + (hash(id, hash(collection, 0x811c9dc5)) & slotMask) * 2
  }

  /** What a fill must remember; `undefined` while a write of the slot is under way. */
  observe(slot: number): Observation | undefined {
    const epoch = Atomics.load(this.#words, 0)
    const finished = Atomics.load(this.#words, slot + 1)
    const started = Atomics.load(this.#words, slot)
    return started === finished ? { epoch, started } : undefined
  }

  /** Tells whether nothing was written to the slot since it was observed. */
  isCurrent(slot: number, epoch: number, started: number): boolean {
    return Atomics.load(this.#words, slot) === started && Atomics.load(this.#words, 0) === epoch
  }

  /** Before a write is handed to the store. */
  begin(slot: number): void {
    Atomics.add(this.#words, slot, 1)
  }

  /** After the store answered, whatever it said. */
  end(slot: number): void {
    Atomics.add(this.#words, slot + 1, 1)
    Atomics.notify(this.#words, slot + 1)
    this.announce()
  }

  /** A change of the slot made elsewhere is known. */
  invalidate(slot: number): void {
    this.begin(slot)
    this.end(slot)
  }

  /** Drops every cached record of every thread at once. */
  invalidateAll(): void {
    Atomics.add(this.#words, 0, 1)
    this.announce()
  }

  /** Wakes whoever waits for any change of the feed. */
  announce(): void {
    Atomics.add(this.#words, 1, 1)
    Atomics.notify(this.#words, 1)
  }

  /** The counter that {@link announce} moves; take it before looking, wait on it after. */
  get announced(): number {
    return Atomics.load(this.#words, 1)
  }

  /** Resolves when the counter is no longer `seen`, or after the time-out. */
  untilAnnounced(seen: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return this.#wait(1, seen, timeoutMs, signal)
  }

  /** The number of writes of the slot that have ended; take it before looking, wait on it after. */
  finishedOf(slot: number): number {
    return Atomics.load(this.#words, slot + 1)
  }

  /** Resolves when a write of the slot ended since `seen` was taken, or after the time-out. */
  untilFinished(slot: number, seen: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return this.#wait(slot + 1, seen, timeoutMs, signal)
  }

  #wait(index: number, seen: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const waiting = Atomics.waitAsync(this.#words, index, seen, timeoutMs)
    if (!waiting.async) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(handle)
        signal?.removeEventListener('abort', aborted)
        resolve()
      }
      const aborted = (): void => {
        clearTimeout(handle)
        reject(signal?.reason as Error)
      }
      // waitAsync alone does not keep the event loop alive: the timer does.
      const handle = setTimeout(done, timeoutMs + 1)
      signal?.addEventListener('abort', aborted, { once: true })
      void waiting.value.then(done)
    })
  }
}

/** What a fill observed before it asked the store. */
export interface Observation {
  readonly epoch: number
  readonly started: number
}

const header = 2
const slots = 2 ** 16
const slotMask = slots - 1
const bytes = (header + slots * 2) * Int32Array.BYTES_PER_ELEMENT

// FNV-1a over UTF-16 units: fast, and spread well enough for slots.
function hash(text: string, seed: number): number {
  let value = seed
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return (value ^ (value >>> 15)) >>> 0
}
