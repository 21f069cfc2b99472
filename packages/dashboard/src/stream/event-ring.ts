import type { SceneEvent } from '../protocol/protocol.ts'
import { withoutTexts } from '../kept/without-texts.ts'

/** An event in the ring. */
export interface RingEntry {
  /** Its position in the feed; 0 for a live event. */
  readonly seq: number
  /** Its number among the live events; 0 for an event of the feed. */
  readonly liveSeq: number
  readonly event: SceneEvent
}

/**
 * Buffers the latest events once for all clients. A client holds only an index
 * into the ring, so a slow one costs no memory; it loses the oldest events.
 */
export class EventRing {
  readonly #capacity: number
  readonly #entries: (RingEntry | undefined)[] = []
  #first = 0
  #end = 0
  #droppedSeq = 0
  #droppedLiveSeq = 0

  /** @param capacity - In events. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Index of the oldest entry. Indexes count all entries ever pushed. */
  get first(): number {
    return this.#first
  }

  /** Index after the newest entry. */
  get end(): number {
    return this.#end
  }

  /** The highest position in the feed among the dropped entries. */
  get droppedSeq(): number {
    return this.#droppedSeq
  }

  /** The highest number among the dropped live events. */
  get droppedLiveSeq(): number {
    return this.#droppedLiveSeq
  }

  /** Adds an entry, dropping the oldest when the ring is full. */
  push(entry: RingEntry): void {
    if (this.#end - this.#first === this.#capacity) {
      const oldest = this.at(this.#first)
      this.#droppedSeq = Math.max(this.#droppedSeq, oldest.seq)
      this.#droppedLiveSeq = Math.max(this.#droppedLiveSeq, oldest.liveSeq)
      this.#first += 1
    }
    this.#entries[this.#end % this.#capacity] = entry
    this.#end += 1
  }

  /** Moves all entries before the start of the feed, whose positions begin again. */
  resetFeed(): void {
    this.#droppedSeq = 0
    for (let index = this.#first; index < this.#end; index += 1) {
      const { liveSeq, event } = this.at(index)
      this.#entries[index % this.#capacity] = { seq: 0, liveSeq, event }
    }
  }

  /**
   * Drops all events of the feed, which can be read again, and the texts of live ones, which can't. Indexes stay as they
   * are.
   */
  forget(): void {
    for (let index = this.#first; index < this.#end; index += 1) {
      const { seq, liveSeq, event } = this.at(index)
      // Clients take an entry without a position as one that they know.
      this.#entries[index % this.#capacity] = { seq: 0, liveSeq: seq === 0 ? liveSeq : 0, event: withoutTexts(event) }
    }
  }

  /** @param index - At least `first`, below `end`. */
  at(index: number): RingEntry {
    return this.#entries[index % this.#capacity] as RingEntry
  }
}
