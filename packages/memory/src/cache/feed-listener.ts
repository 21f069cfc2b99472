import type { Change } from '../store/change.ts'
import { hasTrait } from '../store/collections.ts'
import { correctedKey } from '../store/correction-key.ts'
import type { RecordKey } from '../store/record.ts'
import type { Store, Unwatch } from '../store/store.ts'
import type { EpochTable } from './epoch-table.ts'

const pageSize = 1_000
/** Pause before the feed is read again after a failure, in milliseconds; it doubles with each further one. */
const firstRetryMs = 20
const longestRetryMs = 1_000

/** Options of {@link FeedListener}. */
interface FeedListenerOptions {
  readonly heartbeatMs: number
  /** Whether cached entries stay in use while changes may be missed. */
  readonly servesStale: boolean
  /** The process is disconnected: the store's link is down, or it failed with this error. Called once per outage. */
  readonly onDisconnect: (error: unknown) => void
  /** The outage is over: everything that happened meanwhile has been read. */
  readonly onReconnect: () => void
  /** The store lost changes that this process may have seen. */
  readonly onLoss: () => void
}

/**
 * Follows the feed for one process and invalidates records that others changed.
 *
 * Events
 * - A hint with `seq = last + 1` is applied at once.
 * - Any other newer hint reveals a gap, so the feed is read from `last` on.
 * - A heartbeat reads the feed even without a hint, in case the last hint was lost.
 * - If the feed has been trimmed beyond `last` or replaced, everything is invalidated.
 * - When the store reports its link down, or the store fails, the process is
 *   disconnected (see {@link EpochTable.markDisconnected}). It reconnects once the
 *   link is up *and* the feed has been read after that.
 */
export class FeedListener implements AsyncDisposable {
  readonly #store: Store
  readonly #epochs: EpochTable
  readonly #options: FeedListenerOptions
  readonly #unwatch: Unwatch
  readonly #heartbeat: NodeJS.Timeout
  #retry: NodeJS.Timeout | undefined
  #retryMs = firstRetryMs
  #isLinkUp = true
  #isDisconnected = false
  #incarnation: string | undefined
  /** The newest `seq` of any hint. */
  #hinted = 0
  // Hints are ignored until `start` knows the position.
  #last = Number.POSITIVE_INFINITY
  #reading: Promise<void> | undefined
  #closed = false

  constructor(store: Store, epochs: EpochTable, options: FeedListenerOptions) {
    this.#store = store
    this.#epochs = epochs
    this.#options = options
    this.#unwatch = store.watch(
      (change) => this.#onHint(change),
      (isUp) => this.#onLink(isUp),
    )
    this.#heartbeat = setInterval(() => void this.#catchUp(), options.heartbeatMs).unref()
  }

  /** Starts at the feed's newest position. Records may be cached only after this. */
  async start(): Promise<void> {
    const { last, incarnation } = await this.#store.changes(Number.MAX_SAFE_INTEGER, 1)
    this.#last = last
    this.#incarnation = incarnation
    this.#epochs.setSyncedSeq(last)
    // Hints that arrived meanwhile were ignored.
    await this.#catchUp()
  }

  /** Reports that the store failed somebody else: changes may be missed until the feed has been read again. */
  suspect(error: unknown): void {
    this.#disconnect(error)
    this.#retryLater()
  }

  #onHint(change: Change): void {
    if (this.#closed || change.seq <= this.#last) return
    this.#hinted = Math.max(this.#hinted, change.seq)
    if (change.seq === this.#last + 1 && !this.#reading) this.#apply(change)
    else void this.#catchUp()
  }

  #onLink(isUp: boolean): void {
    this.#isLinkUp = isUp
    if (!isUp) this.#disconnect(undefined)
    // A running read may have begun before the link came up, so read again after it.
    else void (this.#reading ?? Promise.resolve()).then(() => this.#catchUp())
  }

  #disconnect(error: unknown): void {
    if (this.#closed || this.#isDisconnected) return
    this.#isDisconnected = true
    this.#epochs.markDisconnected(this.#options.servesStale)
    this.#options.onDisconnect(error)
  }

  #reconnect(): void {
    if (!this.#isDisconnected) return
    this.#isDisconnected = false
    this.#epochs.reconnect()
    this.#options.onReconnect()
  }

  #apply(change: Change): void {
    this.#last = change.seq
    this.#invalidate(change)
    const corrected = correctedKey(change)
    if (corrected) this.#invalidate(corrected)
    if (hasTrait(change.collection, 'governing')) this.#epochs.noteGoverning(change.collection)
    this.#epochs.setSyncedSeq(change.seq)
  }

  #invalidate({ collection, id }: RecordKey): void {
    const slot = this.#epochs.slotOf(collection, id)
    if (hasTrait(collection, 'cached')) this.#epochs.invalidate(slot)
    else this.#epochs.tell(slot)
  }

  #catchUp(): Promise<void> {
    // Not started yet.
    if (!Number.isFinite(this.#last)) return Promise.resolve()
    const wasUp = this.#isLinkUp
    this.#reading ??= this.#readFeed()
      .then(() => {
        this.#retryMs = firstRetryMs
        if (wasUp && this.#isLinkUp) this.#reconnect()
      })
      // Changes may have been missed, so entries are stale until the feed can be read.
      .catch((error: unknown) => this.suspect(error))
      .finally(() => (this.#reading = undefined))
    return this.#reading
  }

  /** An outage may end long before the next heartbeat. */
  #retryLater(): void {
    if (this.#closed || this.#retry) return
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      void this.#catchUp()
    }, this.#retryMs).unref()
    this.#retryMs = Math.min(longestRetryMs, 2 * this.#retryMs)
  }

  async #readFeed(): Promise<void> {
    for (;;) {
      if (this.#closed) return
      const hintedBefore = this.#hinted
      const page = await this.#store.changes(this.#last, pageSize)
      const isLost = page.last < this.#last || page.incarnation !== this.#incarnation
      if (page.trimmed || isLost) {
        this.#last = page.last
        this.#hinted = page.last
        this.#incarnation = page.incarnation
        // What was missed may be an erasure.
        this.#epochs.noteGoverning()
        this.#epochs.setSyncedSeq(page.last)
        if (isLost) this.#options.onLoss()
        return
      }
      for (const change of page.changes) if (change.seq > this.#last) this.#apply(change)
      // A hint that arrived meanwhile may be newer than this page.
      const hasNewerHint = this.#hinted > hintedBefore && this.#hinted > this.#last
      if (page.changes.length < pageSize && !hasNewerHint) return
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearInterval(this.#heartbeat)
    clearTimeout(this.#retry)
    this.#unwatch()
    await this.#reading
  }
}
