import { publicLabel } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import type { Store } from '../store/store.ts'
import type { Seq } from '../store/record.ts'
import type { BusPosition } from './bus.ts'

const checkpointKey = { collection: 'settings', id: 'federation' } as const

interface SavedCheckpoint {
  readonly feed: Seq
  readonly bus: BusPosition
  readonly asked?: string | undefined
  readonly sealedFrom?: Level | undefined
  readonly announced?: Level | undefined
  readonly marks?: true | undefined
}

/**
 * A node's progress, kept in its own store. It is always saved after the work,
 * so a node that stops halfway repeats the unfinished part.
 */
export class Checkpoint {
  /** The position in the node's own feed up to which changes are published. */
  feed: Seq = 0
  /** The position on the bus up to which messages are merged. */
  bus: BusPosition = ''
  /** The id of the pending snapshot request, if there is one. */
  snapshotRequest: string | undefined
  /** The lowest level that some node seals, by the messages that were merged. */
  sealedFrom: Level | undefined
  /** The level from which this node has published everything sealed; `undefined` while it has no key or withholds something. */
  announced: Level | undefined
  /** Whether all that this node has published has a marker, which earlier versions did not write. */
  marks: true | undefined
  readonly #store: Store
  #saved = ''
  #savedFeed = 0

  constructor(store: Store) {
    this.#store = store
  }

  async load(): Promise<void> {
    const [record] = await this.#store.read([checkpointKey])
    if (!record) {
      // Its record tells every process that this is the store of a node: what is forgotten here leaves its name.
      this.marks = true
      await this.save()
      return
    }
    const { feed, bus, asked, sealedFrom, announced, marks } = decodeJson(record.value) as SavedCheckpoint
    Object.assign(this, { feed, bus, snapshotRequest: asked, sealedFrom, announced, marks })
    this.#remember()
  }

  /** Changes of the feed processed since the checkpoint was last saved. */
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
    const { feed, bus, snapshotRequest: asked, sealedFrom, announced, marks } = this
    return encodeJson({ feed, bus, asked, sealedFrom, announced, marks } satisfies SavedCheckpoint)
  }
}
