import { setImmediate as nextTurn } from 'node:timers/promises'

/**
 * Tells every thread of a process, without messages, which cached records are
 * still valid.
 *
 * The table is one `Int32Array` on shared memory. Word 0 counts changes, only to
 * wake waiters. Word 1 is the state of the link to other processes' changes. Word 2
 * counts changes of erasures and holds, word 3 those of erasures alone. Then follow 2^16 words `started`, as many
 * `finished` and as many `news`. A key's hash selects its slot, one word of each. Two keys in one slot cost a needless
 * miss, never a stale value. (A hit reads only `started`. Storing these words side by side fits more of them into a CPU's
 * cache.)
 *
 * Protocol
 * - write: `started += 1` · commit in the store · `finished += 1` · resolve.
 * - fill: observe `finished`, then `started`, before the store is read. Cache the value only if the two were equal. (In
 *   the opposite order, two overlapping writes can look like none.)
 * - hit: `started` still equals what the fill observed.
 * - change by another process: `started += 1`, then `finished += 1`.
 * - invalidate all: the same for every slot, which takes about a millisecond
 *   regardless of what is cached.
 * - unseen change: a read may find a change that the process has not received from the feed. It then invalidates the
 *   slot, and a fill caches nothing. Otherwise another thread could read its older entry after this thread returned the
 *   newer value.
 * - a record of a collection that nobody keeps copies of: a write only adds to `news`. Otherwise each observation, message
 *   or line of the audit would invalidate what happens to share its slot.
 * - wait: `news` grows with each write and each change received from the feed, never
 *   with a read. Who waits for a change reads it, then the record, then sleeps on it:
 *   what he reads himself can't wake him, so he can't keep waking himself while the
 *   change that he has read is yet to be received.
 * - disconnected: nothing is cached while changes may be missed, unless stale entries are allowed. On reconnect
 *   everything is invalidated.
 *
 * So an entry becomes invalid when a write begins, not after somebody has seen the new value. Counters wrap after 2^32
 * writes. A stale entry would look fresh only after exactly that many writes to its slot, and its time to live ends long
 * before.
 */
export class EpochTable {
  /** Pass this to another thread, where `new EpochTable(buffer)` opens the same table. */
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array
  /** The synced position as a number, and its bits: see {@link setSyncedSeq}. */
  readonly #syncedSeq: Float64Array
  readonly #syncedBits: BigInt64Array
  /** For each slot, see {@link noteValue}. */
  readonly #hasValue: Uint8Array

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(tableBytes)) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer, 0, wordBytes / Int32Array.BYTES_PER_ELEMENT)
    this.#syncedSeq = new Float64Array(buffer, wordBytes, 1)
    this.#syncedBits = new BigInt64Array(buffer, wordBytes, 1)
    this.#hasValue = new Uint8Array(buffer, wordBytes + BigInt64Array.BYTES_PER_ELEMENT, header + slots)
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
    this.#finish(slot)
    this.tell(slot)
  }

  /** Wakes those who wait for a record, whose collection nobody keeps copies of. */
  tell(slot: number): void {
    Atomics.add(this.#words, slot + news, 1)
    Atomics.notify(this.#words, slot + news)
    this.announce()
  }

  #finish(slot: number): void {
    Atomics.add(this.#words, slot + slots, 1)
  }

  /** Records a change to the slot by another process. */
  invalidate(slot: number): void {
    this.begin(slot)
    this.end(slot)
  }

  /**
   * Records that all changes up to this feed position have been applied.
   *
   * Written as bits, because only integers can be written atomically, after the slots
   * that were invalidated. Read as a number, because an integer of 64 bits takes an
   * object, some 100 ns for each record that is read.
   */
  setSyncedSeq(seq: number): void {
    scratch[0] = seq
    Atomics.store(this.#syncedBits, 0, scratchBits[0] ?? 0n)
  }

  /** The feed position up to which all changes have been applied. */
  get syncedSeq(): number {
    return this.#syncedSeq[0] ?? 0
  }

  /** Whether the process has not yet received this change from the feed. */
  isUnseen(seq: number): boolean {
    return seq > this.syncedSeq
  }

  /**
   * Records that this change to the slot was just read. If the process has not yet
   * received it from the feed, older cached entries are invalidated.
   */
  noteObserved(slot: number, seq: number): void {
    if (!this.isUnseen(seq)) return
    this.begin(slot)
    this.#finish(slot)
  }

  /** Records that a thread caches a value in this slot, not an absence. */
  noteValue(slot: number): void {
    Atomics.store(this.#hasValue, slot, 1)
  }

  /** Whether a thread may have cached a value in this slot, now or earlier. */
  mayHaveValue(slot: number): boolean {
    return Atomics.load(this.#hasValue, slot) === 1
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

  /** The number of changes of erasures and holds, see {@link noteGoverning}. */
  get erasures(): number {
    return Atomics.load(this.#words, erasures)
  }

  /** The number of changes of erasures alone, for who keeps copies outside of the memory. */
  get forgotten(): number {
    return Atomics.load(this.#words, forgotten)
  }

  /**
   * Records that an erasure came into force or was completed: what it names is not there for any reader, cached or not.
   * Or that something is held, or no more.
   *
   * @param collection - What changed; `erasures` where that is unknown.
   */
  noteGoverning(collection: string = 'erasures'): void {
    // First: a read that finds the number unchanged afterwards was not served by an entry from before.
    Atomics.add(this.#words, erasures, 1)
    if (collection === 'erasures') Atomics.add(this.#words, forgotten, 1)
    this.invalidateAll()
  }

  /** Whether changes by other processes may be missed. */
  get isDisconnected(): boolean {
    return Atomics.load(this.#words, link) !== up
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

  /** The number of writes to the slot and of changes to it that were received. Read it before checking a condition, then wait on it. */
  newsOf(slot: number): number {
    return Atomics.load(this.#words, slot + news)
  }

  /**
   * Resolves when {@link newsOf} the slot has grown since `seen` was read, or after the timeout. Rejects when the signal
   * aborts.
   *
   * @param keepsAlive - Whether the process continues for the sake of this wait.
   */
  untilNews(
    slot: number,
    seen: number,
    timeoutMs: number,
    signal?: AbortSignal,
    keepsAlive: boolean = true,
  ): Promise<void> {
    return this.#wait(slot + news, seen, timeoutMs, signal, keepsAlive)
  }

  #wait(index: number, seen: number, timeoutMs: number, signal?: AbortSignal, keepsAlive = true): Promise<void> {
    signal?.throwIfAborted()
    const waiting = Atomics.waitAsync(this.#words, index, seen, timeoutMs)
    // Never sooner than the next turn of the event loop. Otherwise a loop of waits and synchronous reads would keep
    // this thread from everything else, such as receiving the change that it waits for.
    if (!waiting.async) return nextTurn()
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
      if (!keepsAlive) handle.unref()
      signal?.addEventListener('abort', aborted, { once: true })
      void waiting.value.then(done)
    })
  }
}

const announcements = 0
const link = 1
const erasures = 2
const forgotten = 3
/** An even number: the position that follows all words is read as one of 64 bits. */
const header = 4

/** States of the link to other processes' changes: connected, or disconnected with either policy. */
const up = 0
const stale = 1
const readThrough = 2
const slots = 2 ** 16
const slotMask = slots - 1
/** How far a slot's `news` word is behind its `started` word. */
const news = slots * 2
const wordBytes = (header + slots * 3) * Int32Array.BYTES_PER_ELEMENT
const tableBytes = wordBytes + BigInt64Array.BYTES_PER_ELEMENT + header + slots

const scratch = new Float64Array(1)
const scratchBits = new BigInt64Array(scratch.buffer)

// FNV-1a over UTF-16 code units: fast, with a distribution good enough for slots.
function hash(text: string, seed: number): number {
  let value = seed
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return (value ^ (value >>> 15)) >>> 0
}
