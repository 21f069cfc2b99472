import { TermTable } from './search/term-table.ts'
import type { Row } from './store/apply-mutation.ts'
import type { Change } from './store/change.ts'
import { collectionsWith } from './store/collections.ts'
import type { PastVersion } from './store/past.ts'
import type { RecordKey, Seq } from './store/record.ts'
import { StoreClock } from './store/store-clock.ts'
import { Emitter } from './values/emitter.ts'

/** The data of one space, shared by all stores opened on it. */
export class MapSpace {
  readonly rows: Map<string, Row>
  readonly terms: TermTable = new TermTable()
  /** Past versions, newest first, by the key of their row. */
  readonly past: Map<string, readonly PastVersion[]> = new Map()
  readonly feed: Change[] = []
  /** The newest change in the feed of each record that is sealed, or was before that change. */
  readonly sealedChanges: Map<string, Seq> = new Map()
  hasSealed = false
  readonly bytes: Map<string, Uint8Array> = new Map()
  readonly events: Emitter<{ change: Change }> = new Emitter()
  /** For each collection, the highest version among the rows ever swept. */
  readonly floors: Map<string, number> = new Map()
  readonly maxChanges: number
  readonly clock: StoreClock
  seq: Seq = 0

  constructor(maxChanges: number, now: (() => number) | undefined, rows: Map<string, Row> = new Map()) {
    this.rows = rows
    this.maxChanges = maxChanges
    this.clock = new StoreClock(now)
    // Fences exceed those of any earlier life of the space.
    for (const collection of collectionsWith('leased')) this.floors.set(collection, Math.floor(this.clock.now()))
  }

  setPast(key: string, versions: readonly PastVersion[]): void {
    if (versions.length > 0) this.past.set(key, versions)
    else this.past.delete(key)
  }
}

// No collection name contains NUL, so keys can't collide.
export function rowKey({ collection, id }: RecordKey): string {
  return `${collection}\0${id}`
}
