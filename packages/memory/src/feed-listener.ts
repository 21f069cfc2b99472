import type { EpochTable } from './epoch-table.ts'
import type { Change, Store, Unwatch } from './store.ts'

const pageSize = 1_000

/**
 * Follows the feed for one process and invalidates what others changed.
 *
 * States
 * - a hint with `seq = last + 1` is applied at once;
 * - any other newer hint is a gap: the feed itself is read from `last` on;
 * - a heartbeat reads the feed even without a hint, so that a lost last hint
 *   is found too;
 * - where the feed no longer reaches back to `last`, everything is dropped.
 */
export class FeedListener implements AsyncDisposable {
  readonly #store: Store
  readonly #epochs: EpochTable
  readonly #onError: (error: unknown) => void
  readonly #unwatch: Unwatch
  readonly #heartbeat: NodeJS.Timeout
  // Until the start is known no hint means anything.
  #last = Number.POSITIVE_INFINITY
  #reading: Promise<void> | undefined
  #closed = false

  /** @param onError - Told of each failed read of the feed; the next heartbeat tries again. */
  constructor(store: Store, epochs: EpochTable, heartbeatMs: number, onError: (error: unknown) => void) {
    this.#store = store
    this.#epochs = epochs
    this.#onError = onError
    this.#unwatch = store.watch((change) => this.#hint(change))
    this.#heartbeat = setInterval(() => void this.#catchUp(), heartbeatMs).unref()
  }

  /** Takes the feed's newest position as the start. Copies may be kept only after this. */
  async start(): Promise<void> {
    const { last } = await this.#store.changes(Number.MAX_SAFE_INTEGER, 1)
    this.#last = last
    // Hints that came while we asked were passed over.
    await this.#catchUp()
  }

  #hint(change: Change): void {
    if (this.#closed || change.seq <= this.#last) return
    if (change.seq === this.#last + 1 && !this.#reading) this.#apply(change)
    else void this.#catchUp()
  }

  #apply(change: Change): void {
    this.#last = change.seq
    this.#epochs.invalidate(this.#epochs.slotOf(change.collection, change.id))
  }

  #catchUp(): Promise<void> {
    this.#reading ??= this.#readFeed()
      .catch((error: unknown) => {
        // We may have missed changes: no copy is trusted until the feed was read.
        this.#epochs.invalidateAll()
        if (!this.#closed) this.#onError(error)
      })
      .finally(() => (this.#reading = undefined))
    return this.#reading
  }

  async #readFeed(): Promise<void> {
    for (;;) {
      if (this.#closed) return
      const page = await this.#store.changes(this.#last, pageSize)
      if (page.trimmed || page.last < this.#last) {
        // Forgotten changes, or another incarnation of the store.
        this.#last = page.last
        this.#epochs.invalidateAll()
        return
      }
      for (const change of page.changes) if (change.seq > this.#last) this.#apply(change)
      if (page.changes.length < pageSize) return
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearInterval(this.#heartbeat)
    this.#unwatch()
    await this.#reading
  }
}
