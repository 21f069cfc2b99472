import { publicLabel } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import type { Store } from '../store/store.ts'
import type { Seq } from '../store/record.ts'
import type { BusPosition } from './bus.ts'

const checkpointKey = { collection: 'settings', id: 'federation' } as const

interface SavedCheckpoint {
  readonly feed: Seq
  readonly bus: BusPosition
  readonly asked?: string | undefined
}

/**
 * How far a node has got, kept in its own store: always saved after the work,
 * so that what was under way when the node ended is done again.
 */
export class Checkpoint {
  /** Up to where its own feed was given out. */
  feed: Seq = 0
  /** Up to where the bus was taken in. */
  bus: BusPosition = ''
  /** The request for a snapshot that was not answered yet. */
  asked: string | undefined
  readonly #store: Store
  #saved = ''
  #savedFeed = 0

  constructor(store: Store) {
    this.#store = store
  }

  async load(): Promise<void> {
    const [record] = await this.#store.read([checkpointKey])
    if (!record) return
    const { feed, bus, asked } = decodeJson(record.value) as SavedCheckpoint
    Object.assign(this, { feed, bus, asked })
    this.#remember()
  }

  /** How many changes of the feed were passed since the place was saved. */
  get unsaved(): number {
    return this.feed - this.#savedFeed
  }

  async save(): Promise<void> {
    if (this.#text() === this.#saved) return
    const meta = { author: 'skein', tags: [], derivedFrom: [], ...publicLabel }
    await this.#store.write([{ type: 'set', key: checkpointKey, value: this.#text(), meta }])
    this.#remember()
  }

  #remember(): void {
    this.#saved = this.#text()
    this.#savedFeed = this.feed
  }

  #text(): string {
    const { feed, bus, asked } = this
    return encodeJson({ feed, bus, asked } satisfies SavedCheckpoint)
  }
}
