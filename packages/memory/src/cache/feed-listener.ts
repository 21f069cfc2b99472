import type { EpochTable } from './epoch-table.ts'
import type { Store, Unwatch } from '../store/store.ts'
import type { Change } from '../store/change.ts'

const pageSize = 1_000

/** Options of {@link FeedListener}. */
interface FeedListenerOptions {
  readonly heartbeatMs: number
  /** Whether copies are used even while changes may be missed. */
  readonly servesStale: boolean
  /** Told of each failed read of the feed; the next heartbeat tries again. */
  readonly onError: (error: unknown) => void
}

/**
 * Follows the feed for one process and invalidates what others changed.
 *
 * States
 * - a hint with `seq = last + 1` is applied at once;
 * - any other newer hint is a gap: the feed itself is read from `last` on;
 * - a heartbeat reads the feed even without a hint, so that a lost last hint
 *   is found too;
 * - where the feed no longer reaches back to `last`, or is another one,
 *   everything is dropped;
 * - while the store says that its link is down, or its feed can't be read, the
 *   process counts as cut off: nothing is kept. It is trusted again once the
 *   link is up *and* the feed was read after that.
 */
export class FeedListener implements AsyncDisposable {
  readonly #store: Store
  readonly #epochs: EpochTable
  readonly #onError: (error: unknown) => void
  readonly #servesStale: boolean
  readonly #unwatch: Unwatch
  readonly #heartbeat: NodeJS.Timeout
  #isLinkUp = true
  #isDisconnected = false
  #incarnation: string | undefined
  /** The newest change that was told of. */
  #hinted = 0
  // Until the start is known no hint means anything.
  #last = Number.POSITIVE_INFINITY
  #reading: Promise<void> | undefined
  #closed = false

  constructor(store: Store, epochs: EpochTable, options: FeedListenerOptions) {
    this.#store = store
    this.#epochs = epochs
    this.#onError = options.onError
    this.#servesStale = options.servesStale
    this.#unwatch = store.watch(
      (change) => this.#hint(change),
      (isUp) => this.#linked(isUp),
    )
    this.#heartbeat = setInterval(() => void this.#catchUp(), options.heartbeatMs).unref()
  }

  /** Takes the feed's newest position as the start. Copies may be kept only after this. */
  async start(): Promise<void> {
    const { last, incarnation } = await this.#store.changes(Number.MAX_SAFE_INTEGER, 1)
    this.#last = last
    this.#incarnation = incarnation
    this.#epochs.setSyncedSeq(last)
    // Hints that came while we asked were passed over.
    await this.#catchUp()
  }

  #hint(change: Change): void {
    if (this.#closed || change.seq <= this.#last) return
    this.#hinted = Math.max(this.#hinted, change.seq)
    if (change.seq === this.#last + 1 && !this.#reading) this.#apply(change)
    else void this.#catchUp()
  }

  #linked(isUp: boolean): void {
    this.#isLinkUp = isUp
    if (!isUp) this.#disconnect()
    // A read that is under way may have begun before the link was up.
    else void (this.#reading ?? Promise.resolve()).then(() => this.#catchUp())
  }

  #disconnect(): void {
    if (this.#closed || this.#isDisconnected) return
    this.#isDisconnected = true
    this.#epochs.markDisconnected(this.#servesStale)
  }

  #apply(change: Change): void {
    this.#last = change.seq
    this.#epochs.invalidate(this.#epochs.slotOf(change.collection, change.id))
    this.#epochs.setSyncedSeq(change.seq)
  }

  #catchUp(): Promise<void> {
    // There is nothing to go on from yet.
    if (!Number.isFinite(this.#last)) return Promise.resolve()
    const wasUp = this.#isLinkUp
    this.#reading ??= this.#readFeed()
      .then(() => {
        if (!this.#isDisconnected || !wasUp || !this.#isLinkUp) return
        this.#isDisconnected = false
        this.#epochs.reconnect()
      })
      .catch((error: unknown) => {
        // We may have missed changes: no copy is trusted until the feed was read.
        this.#disconnect()
        if (!this.#closed) this.#onError(error)
      })
      .finally(() => (this.#reading = undefined))
    return this.#reading
  }

  async #readFeed(): Promise<void> {
    for (;;) {
      if (this.#closed) return
      const hintedBefore = this.#hinted
      const page = await this.#store.changes(this.#last, pageSize)
      if (page.trimmed || page.last < this.#last || page.incarnation !== this.#incarnation) {
        this.#last = page.last
        this.#incarnation = page.incarnation
        this.#epochs.invalidateAll()
        this.#epochs.setSyncedSeq(page.last)
        return
      }
      for (const change of page.changes) if (change.seq > this.#last) this.#apply(change)
      // What was told of meanwhile may be newer than this answer.
      const hasNews = this.#hinted > hintedBefore && this.#hinted > this.#last
      if (page.changes.length < pageSize && !hasNews) return
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearInterval(this.#heartbeat)
    this.#unwatch()
    await this.#reading
  }
}
