import type { SceneEvent, StreamPosition } from '../protocol/protocol.ts'
import { formatPosition } from './position.ts'
import type { Place } from './position.ts'
import type { SceneHub } from './scene-hub.ts'

/** Events in one frame, at most: more when one entry of the feed tells of more. */
const mostEvents = 1_000
/** Entries of the feed that are read at once for who comes back after a while. */
const pageSize = 200

/** What one client is told next. */
export interface Told {
  readonly events: readonly SceneEvent[]
  readonly dropped: number
  /** Where the client is when it has got these. */
  readonly position: StreamPosition
}

/**
 * One client's way along the stream.
 *
 * States
 * - behind: what the ring does not hold of the feed is read from the store.
 * - along: everything comes from the ring, each entry that is after the
 *   client's place. When the ring went on without the client, it is told how
 *   many events it lost.
 */
export class StreamCursor {
  readonly #hub: SceneHub
  #seq: number
  #live: number
  #index: number
  /** The entry of the feed whose events are being taken. */
  #entry = 0
  #isBehind = true
  #dropped = 0
  #lost: number
  #beginnings: number

  constructor(hub: SceneHub, after: Place) {
    this.#hub = hub
    this.#seq = after.seq
    this.#live = after.live
    this.#index = hub.ring.first
    this.#lost = hub.lost
    this.#beginnings = hub.beginnings
  }

  /**
   * The next events, none when there are none.
   *
   * @throws StoreError
   */
  async next(): Promise<Told> {
    this.#noteBeginning()
    const events = this.#isBehind ? await this.#catchUp() : []
    if (!this.#isBehind) this.#take(events)
    const { lost } = this.#hub
    const dropped = this.#dropped + lost - this.#lost
    this.#dropped = 0
    this.#lost = lost
    const position = formatPosition({ seq: this.#seq, live: this.#live, life: this.#hub.life })
    // The client may be further than the hub is: where it stands it is told by its last event too.
    const last = events.at(-1)
    if (last && last.position !== position) events.splice(-1, 1, { ...last, position })
    return { events, dropped, position }
  }

  #noteBeginning(): void {
    const { beginnings, ring } = this.#hub
    if (this.#beginnings === beginnings) return
    this.#beginnings = beginnings
    this.#seq = 0
    this.#index = Math.max(this.#index, ring.first)
  }

  async #catchUp(): Promise<SceneEvent[]> {
    const { feed } = this.#hub.view
    if (this.#seq < this.#hub.feedFrom) {
      const page = await feed.read({ after: this.#seq, limit: pageSize, withRecords: true })
      if (page.trimmed && page.first !== undefined) this.#dropped += page.first - this.#seq - 1
      this.#seq = Math.max(this.#seq, page.seq)
      const events = this.#hub.toEntries(page, this.#live).map(({ event }) => event)
      if (page.seq < page.last && this.#seq < this.#hub.feedFrom) return events
      this.#goAlong()
      return events
    }
    // Who names a place that the feed has not come to was told of another feed.
    if (this.#seq > (await feed.last())) this.#seq = this.#hub.feedFrom
    this.#goAlong()
    return []
  }

  #goAlong(): void {
    const { ring } = this.#hub
    this.#isBehind = false
    this.#index = ring.first
    if (ring.droppedLive <= this.#live) return
    this.#dropped += ring.droppedLive - this.#live
    this.#live = ring.droppedLive
  }

  #take(events: SceneEvent[]): void {
    const { ring } = this.#hub
    if (this.#index < ring.first) {
      this.#dropped += ring.first - this.#index
      this.#index = ring.first
    }
    for (; this.#index < ring.end; this.#index += 1) {
      const { seq, live, event } = ring.at(this.#index)
      // What one entry of the feed tells stays together: a position names entries.
      if (events.length >= mostEvents && (seq === 0 || seq !== this.#seq)) return
      if (seq === 0 ? live <= this.#live : seq <= this.#seq && seq !== this.#entry) continue
      if (seq === 0) this.#live = live
      else this.#seq = this.#entry = seq
      events.push(event)
    }
    // The ring never ends within an entry.
    this.#entry = 0
  }
}
