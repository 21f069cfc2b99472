import type { SceneEvent, StreamPosition } from '../protocol/protocol.ts'
import { formatPosition } from './position.ts'
import type { ParsedPosition } from './position.ts'
import type { SceneHub } from './scene-hub.ts'

/** Events in one batch; a batch exceeds it only to keep the events of one feed entry together. */
const maxEvents = 1_000
/** Entries of the feed per read while catching up. */
const pageSize = 200

/** The next events for one client. */
export interface StreamBatch {
  readonly events: readonly SceneEvent[]
  /** Events that the client missed for good. */
  readonly dropped: number
  /** The client's position after these events. */
  readonly position: StreamPosition
}

/**
 * The position of one client in the stream.
 *
 * States
 * - catching up: reads from the store what the ring does not hold of the feed.
 * - in the ring: takes each entry after the client's position from the ring. If
 *   the ring dropped entries before the client took them, the next batch counts
 *   them. After an erasure the client catches up once more.
 */
export class StreamCursor {
  readonly #hub: SceneHub
  #seq: number
  #liveSeq: number
  #index: number
  /** The entry of the feed whose events are being taken. */
  #entrySeq = 0
  #isCatchingUp = true
  #dropped = 0
  #missedBefore: number
  #feedGeneration: number
  #forgotten: number

  constructor(hub: SceneHub, after: ParsedPosition) {
    this.#hub = hub
    this.#seq = after.seq
    this.#liveSeq = after.liveSeq
    this.#index = hub.ring.first
    this.#missedBefore = hub.missed
    this.#feedGeneration = hub.feedGeneration
    this.#forgotten = hub.forgotten
  }

  /**
   * Takes the next events; an empty batch when there are none yet.
   *
   * @throws StoreError
   */
  async next(): Promise<StreamBatch> {
    this.#followReset()
    this.#followErasure()
    const events = this.#isCatchingUp ? await this.#catchUp() : []
    if (!this.#isCatchingUp) this.#takeFromRing(events)
    const { missed, bootId } = this.#hub
    const dropped = this.#dropped + missed - this.#missedBefore
    this.#dropped = 0
    this.#missedBefore = missed
    const position = formatPosition({ seq: this.#seq, liveSeq: this.#liveSeq, bootId })
    // The client may be ahead of the hub, so its last event carries the client's own position.
    const last = events.at(-1)
    if (last && last.position !== position) events.splice(-1, 1, { ...last, position })
    return { events, dropped, position }
  }

  #followReset(): void {
    const { feedGeneration, ring } = this.#hub
    if (this.#feedGeneration === feedGeneration) return
    this.#feedGeneration = feedGeneration
    this.#seq = 0
    this.#index = Math.max(this.#index, ring.first)
  }

  /** The ring has dropped what it held of the feed, so what this client has not taken yet comes from the store. */
  #followErasure(): void {
    const { forgotten } = this.#hub
    if (this.#forgotten === forgotten) return
    this.#forgotten = forgotten
    this.#isCatchingUp = true
  }

  async #catchUp(): Promise<SceneEvent[]> {
    const { feed } = this.#hub.view
    if (this.#seq < this.#hub.feedFrom) {
      const page = await feed.read({ after: this.#seq, limit: pageSize, withRecords: true })
      if (page.trimmed && page.first !== undefined) this.#dropped += page.first - this.#seq - 1
      this.#seq = Math.max(this.#seq, page.seq)
      const events = this.#hub.toEntries(page, this.#liveSeq).map(({ event }) => event)
      if (page.seq < page.last && this.#seq < this.#hub.feedFrom) return events
      this.#enterRing()
      return events
    }
    // A position beyond the end of the feed belongs to another feed.
    if (this.#seq > (await feed.last())) this.#seq = this.#hub.feedFrom
    this.#enterRing()
    return []
  }

  #enterRing(): void {
    const { ring } = this.#hub
    this.#isCatchingUp = false
    this.#index = ring.first
    if (ring.droppedLiveSeq <= this.#liveSeq) return
    this.#dropped += ring.droppedLiveSeq - this.#liveSeq
    this.#liveSeq = ring.droppedLiveSeq
  }

  #takeFromRing(events: SceneEvent[]): void {
    const { ring } = this.#hub
    if (this.#index < ring.first) {
      this.#dropped += ring.first - this.#index
      this.#index = ring.first
    }
    for (; this.#index < ring.end; this.#index += 1) {
      const { seq, liveSeq, event } = ring.at(this.#index)
      // A position names a feed entry, so the events of one entry stay together.
      if (events.length >= maxEvents && (seq === 0 || seq !== this.#seq)) return
      if (seq === 0 ? liveSeq <= this.#liveSeq : seq <= this.#seq && seq !== this.#entrySeq) continue
      if (seq === 0) this.#liveSeq = liveSeq
      else this.#seq = this.#entrySeq = seq
      events.push(event)
    }
    // The ring never ends within a feed entry.
    this.#entrySeq = 0
  }
}
