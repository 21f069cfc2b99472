/**
 * Tells every thread of a process, without messages, which cached records are
 * still valid.
 *
 * The table is one `Int32Array` on shared memory. Word 0 counts changes, only to
 * wake waiters. Word 1 is the state of the link to other processes' changes. Then
 * follow 2^16 words `started` and as many `finished`. A key's hash selects its
 * slot, one word of each. Two keys in one slot cost a needless miss, never a stale
 * value. (A hit reads only `started`. Storing these words side by side fits more
 * of them into a CPU's cache.)
 *
 * Protocol
 * - write: `started += 1` · commit in the store · `finished += 1` · resolve.
 * - fill: observe `finished`, then `started`, before the store is read. Cache the
 *   value only if the two were equal. (In the opposite order, two overlapping
 *   writes can look like none.)
 * - hit: `started` still equals what the fill observed.
 * - change by another process: `started += 1`, then `finished += 1`.
 * - invalidate all: the same for every slot, which takes about a millisecond
 *   regardless of what is cached.
 * - unseen change: a fill may read a change that the process has not received from
 *   the feed. It then invalidates the slot and caches nothing. Otherwise another
 *   thread could read its older entry after this thread returned the newer value.
 * - disconnected: nothing is cached while changes may be missed, unless stale
 *   entries are allowed. On reconnect everything is invalidated.
 *
 * So an entry becomes invalid when a write begins, not after somebody has seen
 * the new value. Counters wrap after 2^32 writes. A stale entry would look fresh
 * only after exactly that many writes to its slot, and its time to live ends long
 * before.
 */
export class EpochTable {
  /** Pass this to another thread, where `new EpochTable(buffer)` opens the same table. */
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #syncedSeq: BigInt64Array

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(wordBytes + BigInt64Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer, 0, wordBytes / Int32Array.BYTES_PER_ELEMENT)
    this.#syncedSeq = new BigInt64Array(buffer, wordBytes, 1)
  }

  /** The index of a key's `started` word. Its `finished` word follows {@link slots} words later. */
  slotOf(collection: string, id: string): number {
    return header + (hash(id, hash(collection, 0x811c9dc5)) & slotMask)
  }

  /** The counter that a fill must remember; `undefined` if the result must not be cached. */
  observe(slot: number): number | undefined {
    const finished = Atomics.load(this.#words, slot + slots)
    const started = Atomics.load(this.#words, slot)
    // Must come last: a disconnect first sets the link's state, then invalidates the slots.
    if (Atomics.load(this.#words, link) === readThrough) return undefined
    return started === finished ? started : undefined
  }

  /**
   * Whether no write to the slot has begun since it was observed.
   *
   * A plain read is enough, and cheaper than an atomic one, which is a call. A thread
   * learns of a finished write by a message, a promise or an atomic word. Each of
   * them orders the write's `started += 1` before this read, so the read sees it
   * (ECMA-262, memory model). Aligned 32-bit reads don't tear.
   */
  isCurrent(slot: number, observed: number): boolean {
    return this.#words[slot] === observed
  }

  /** Call before a write is passed to the store. */
  begin(slot: number): void {
    Atomics.add(this.#words, slot, 1)
  }

  /** Call after the store has answered, whatever the outcome. */
  end(slot: number): void {
    Atomics.add(this.#words, slot + slots, 1)
    Atomics.notify(this.#words, slot + slots)
    this.announce()
  }

  /** Records a change to the slot by another process. */
  invalidate(slot: number): void {
    this.begin(slot)
    this.end(slot)
  }

  /** Records that all changes up to this feed position have been applied. */
  setSyncedSeq(seq: number): void {
    Atomics.store(this.#syncedSeq, 0, BigInt(seq))
  }

  /**
   * Records that a record was just read from the store. If the process has not yet
   * received its last change from the feed, older cached entries are invalidated.
   *
   * @returns whether the change was unseen.
   */
  noteObserved(slot: number, seq: number): boolean {
    if (BigInt(seq) <= Atomics.load(this.#syncedSeq, 0)) return false
    this.invalidate(slot)
    return true
  }

  /** Invalidates every cached entry of every thread. */
  invalidateAll(): void {
    for (let slot = header; slot < header + slots; slot += 1) {
      Atomics.add(this.#words, slot, 1)
      Atomics.add(this.#words, slot + slots, 1)
    }
    this.announce()
  }

  /**
   * Records that changes by other processes may be missed from now on.
   *
   * @param servesStale - Whether cached entries stay in use until their time to live ends.
   */
  markDisconnected(servesStale: boolean): void {
    Atomics.store(this.#words, link, servesStale ? stale : readThrough)
    if (!servesStale) this.invalidateAll()
  }

  /** Records that changes by other processes are received again, and invalidates every entry. */
  reconnect(): void {
    this.invalidateAll()
    Atomics.store(this.#words, link, up)
  }

  /** Whether cached entries are currently served even though changes by other processes may be missed. */
  get servesStale(): boolean {
    return Atomics.load(this.#words, link) === stale
  }

  /** Wakes all waiters for changes to the feed. */
  announce(): void {
    Atomics.add(this.#words, announcements, 1)
    Atomics.notify(this.#words, announcements)
  }

  /** The counter that {@link announce} increments. Read it before checking a condition, then wait on it. */
  get announced(): number {
    return Atomics.load(this.#words, announcements)
  }

  /** Resolves when the counter differs from `seen`, or after the timeout. Rejects when the signal aborts. */
  untilAnnounced(seen: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return this.#wait(announcements, seen, timeoutMs, signal)
  }

  /** The number of finished writes to the slot. Read it before checking a condition, then wait on it. */
  finishedOf(slot: number): number {
    return Atomics.load(this.#words, slot + slots)
  }

  /** Resolves when a write to the slot has finished since `seen` was read, or after the timeout. Rejects when the signal aborts. */
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
      // waitAsync alone does not keep the event loop alive, the timer does.
      const handle = setTimeout(done, timeoutMs + 1)
      signal?.addEventListener('abort', aborted, { once: true })
      void waiting.value.then(done)
    })
  }
}

const announcements = 0
const link = 1
const header = 2

/** States of the link to other processes' changes: connected, or disconnected with either policy. */
const up = 0
const stale = 1
const readThrough = 2
const slots = 2 ** 16
const slotMask = slots - 1
const wordBytes = (header + slots * 2) * Int32Array.BYTES_PER_ELEMENT

// FNV-1a over UTF-16 code units: fast, with a distribution good enough for slots.
function hash(text: string, seed: number): number {
  let value = seed
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return (value ^ (value >>> 15)) >>> 0
}
