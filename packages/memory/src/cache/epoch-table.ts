/**
 * Tells every thread of a process, without a message, which cached records
 * are still true.
 *
 * One `Int32Array` on shared memory: word 0 counts changes (only to wake
 * waiters), word 1 tells whether changes made elsewhere may be missed at the
 * moment, then follow 2^16 words `started` and as many `finished`. A key's
 * hash names its slot, one word of each; two keys in one slot cost a needless
 * miss, never a stale value. (A hit looks at `started` alone: side by side,
 * more of these fit a processor's cache.)
 *
 * Protocol
 * - write:  `started += 1` · commit in the store · `finished += 1` · resolve.
 * - fill:   observe `finished`, then `started`, before the store is asked; keep
 *           the value only if the two were equal. (Read the other way round,
 *           two overlapping writes can look like none.)
 * - hit:    `started` is still what the fill observed.
 * - change made by another process: `started += 1`, then `finished += 1`.
 * - doubt:  the same for every slot, about a millisecond whatever is cached.
 * - unheard: a fill that finds a change of which the process has not heard yet
 *           counts as hearing of it, and keeps nothing: another thread's older
 *           copy must not be read after this thread has shown the newer one.
 * - cut off: nothing is kept while changes may be missed (unless copies that may
 *           be stale are wanted); then doubt, and all is as before.
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
  readonly #syncedSeq: BigInt64Array

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(wordBytes + BigInt64Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer, 0, wordBytes / Int32Array.BYTES_PER_ELEMENT)
    this.#syncedSeq = new BigInt64Array(buffer, wordBytes, 1)
  }

  /** The index of a key's `started` word; `finished` stands {@link slots} words behind it. */
  slotOf(collection: string, id: string): number {
    return header + (hash(id, hash(collection, 0x811c9dc5)) & slotMask)
  }

  /** What a fill must remember; `undefined` while a write of the slot is under way. */
  observe(slot: number): number | undefined {
    const finished = Atomics.load(this.#words, slot + slots)
    const started = Atomics.load(this.#words, slot)
    // Last: who cuts off says so first and moves the slots after that.
    if (Atomics.load(this.#words, link) === refused) return undefined
    return started === finished ? started : undefined
  }

  /**
   * Tells whether no write of the slot has begun since it was observed.
   *
   * A plain read, cheaper than an atomic one, which is a call, and enough: whatever
   * told this thread that a write has ended (a message, a promise, an atomic
   * word) puts the write's `started += 1` before this read, and a read sees
   * what happened before it (ECMA-262, memory model). It can't tear either.
   */
  isCurrent(slot: number, observed: number): boolean {
    return this.#words[slot] === observed
  }

  /** Before a write is handed to the store. */
  begin(slot: number): void {
    Atomics.add(this.#words, slot, 1)
  }

  /** After the store answered, whatever it said. */
  end(slot: number): void {
    Atomics.add(this.#words, slot + slots, 1)
    Atomics.notify(this.#words, slot + slots)
    this.announce()
  }

  /** A change of the slot made elsewhere is known. */
  invalidate(slot: number): void {
    this.begin(slot)
    this.end(slot)
  }

  /** Every change up to this position of the feed is known here. */
  setSyncedSeq(seq: number): void {
    Atomics.store(this.#syncedSeq, 0, BigInt(seq))
  }

  /**
   * Takes note of a record that was just read from the store: other copies of
   * it are older if the process has not heard of its last change yet.
   *
   * @returns whether it had not.
   */
  noteObserved(slot: number, seq: number): boolean {
    if (BigInt(seq) <= Atomics.load(this.#syncedSeq, 0)) return false
    this.invalidate(slot)
    return true
  }

  /** Drops every cached record of every thread. */
  invalidateAll(): void {
    for (let slot = header; slot < header + slots; slot += 1) {
      Atomics.add(this.#words, slot, 1)
      Atomics.add(this.#words, slot + slots, 1)
    }
    this.announce()
  }

  /**
   * Changes made elsewhere may be missed from now on.
   *
   * @param servesCopies - Whether copies are used all the same until their time to live ends.
   */
  markDisconnected(servesCopies: boolean): void {
    Atomics.store(this.#words, link, servesCopies ? stale : refused)
    if (!servesCopies) this.invalidateAll()
  }

  /** All changes made elsewhere are known again. */
  reconnect(): void {
    this.invalidateAll()
    Atomics.store(this.#words, link, up)
  }

  /** Whether copies are used at the moment although changes made elsewhere may be missed. */
  get servesStale(): boolean {
    return Atomics.load(this.#words, link) === stale
  }

  /** Wakes whoever waits for any change of the feed. */
  announce(): void {
    Atomics.add(this.#words, announcements, 1)
    Atomics.notify(this.#words, announcements)
  }

  /** The counter that {@link announce} moves; take it before looking, wait on it after. */
  get announced(): number {
    return Atomics.load(this.#words, announcements)
  }

  /** Resolves when the counter is no longer `seen`, or after the time-out. */
  untilAnnounced(seen: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return this.#wait(announcements, seen, timeoutMs, signal)
  }

  /** The number of writes of the slot that have ended; take it before looking, wait on it after. */
  finishedOf(slot: number): number {
    return Atomics.load(this.#words, slot + slots)
  }

  /** Resolves when a write of the slot ended since `seen` was taken, or after the time-out. */
  untilFinished(slot: number, seen: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return this.#wait(slot + slots, seen, timeoutMs, signal)
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

const announcements = 0
const link = 1
const header = 2

/** States of the link to others' changes. */
const up = 0
const stale = 1
const refused = 2
const slots = 2 ** 16
const slotMask = slots - 1
const wordBytes = (header + slots * 2) * Int32Array.BYTES_PER_ELEMENT

// FNV-1a over UTF-16 units: fast, and spread well enough for slots.
function hash(text: string, seed: number): number {
  let value = seed
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return (value ^ (value >>> 15)) >>> 0
}
