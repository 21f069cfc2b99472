import type { SceneEvent } from '../protocol/protocol.ts'

/** An event in the ring. */
export interface RingEntry {
  /** Its place in the feed; 0 for what the feed does not tell. */
  readonly seq: number
  /** Its number among the live events; 0 for what the feed tells. */
  readonly live: number
  readonly event: SceneEvent
}

/**
 * The latest events, for all clients at once: each keeps no more than the index
 * of what it comes to next, so a slow one costs nothing and loses the oldest.
 */
export class EventRing {
  readonly #capacity: number
  readonly #entries: (RingEntry | undefined)[] = []
  #first = 0
  #end = 0
  #droppedSeq = 0
  #droppedLive = 0

  /** @param capacity - In events. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Index of the oldest entry, counted from the first that ever was. */
  get first(): number {
    return this.#first
  }

  /** Index after the newest entry. */
  get end(): number {
    return this.#end
  }

  /** The ring no longer holds all of the feed up to here … */
  get droppedSeq(): number {
    return this.#droppedSeq
  }

  /** … and none of the live events up to here. */
  get droppedLive(): number {
    return this.#droppedLive
  }

  push(entry: RingEntry): void {
    if (this.#end - this.#first === this.#capacity) {
      const oldest = this.at(this.#first)
      this.#droppedSeq = Math.max(this.#droppedSeq, oldest.seq)
      this.#droppedLive = Math.max(this.#droppedLive, oldest.live)
      this.#first += 1
    }
    this.#entries[this.#end % this.#capacity] = entry
    this.#end += 1
  }

  /** The feed began anew: what the ring holds of the old one is behind everything that comes. */
  forgetFeed(): void {
    this.#droppedSeq = 0
    for (let index = this.#first; index < this.#end; index += 1) {
      const { live, event } = this.at(index)
      this.#entries[index % this.#capacity] = { seq: 0, live, event }
    }
  }

  /** @param index - From `first` to before `end`. */
  at(index: number): RingEntry {
    return this.#entries[index % this.#capacity] as RingEntry
  }
}
