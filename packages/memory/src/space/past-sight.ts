import type { NotedAction } from '../audit/noted-reads.ts'
import { readVersions } from '../history/as-of.ts'
import { differencesOf } from '../history/differences.ts'
import type { Period } from '../history/differences.ts'
import { storeAsOf } from '../history/store-as-of.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import type { Audience } from '../values/access.ts'
import type { Shown, ShownVersion } from './shown.ts'
import type { StoredSpace } from './space.ts'

/** The gate through which past versions go as well. */
interface Gate {
  readonly audience: Audience
  see(key: RecordKey, stored: StoredRecord | undefined, noting?: NotedAction): Shown | undefined
}

/** How a record differs between two times, as a principal may see it. */
export interface ShownDifference {
  readonly before: Shown | undefined
  readonly after: Shown | undefined
  readonly deleted: Shown | undefined
}

/** What a principal sees of the past: each version by the label that it had then. */
export class PastSight {
  readonly #space: Pick<StoredSpace, 'store' | 'history'>
  readonly #gate: Gate

  constructor(space: Pick<StoredSpace, 'store' | 'history'>, gate: Gate) {
    this.#space = space
    this.#gate = gate
  }

  /** A record's versions, newest first; of a delete, the tombstone. */
  async versions(key: RecordKey): Promise<readonly ShownVersion[]> {
    const { store, history } = this.#space
    const [versions] = await readVersions(store, history, [key])
    const { current, past = [] } = versions ?? {}
    const all = [...(current ? [{ record: current, deleted: false }] : []), ...past]
    if (all.length === 0) this.#gate.see(key, undefined)
    return all.flatMap(({ record, deleted }) => {
      const shown = this.#gate.see(key, record)
      return shown ? { record: shown, deleted } : []
    })
  }

  /** One record as it was, before a write of that time if one is named. @throws HistoryError */
  async read(key: RecordKey, asOf: number, noting?: NotedAction, before?: Seq): Promise<Shown | undefined> {
    const { store, history } = this.#space
    return this.#gate.see(key, (await storeAsOf(store, history, asOf, before).read([key]))[0], noting)
  }

  /** The records of a kind with past versions that differ between two times, in no order. @throws HistoryError */
  async *differences(collection: Collection, period: Period): AsyncGenerator<ShownDifference, void, undefined> {
    const { store, history } = this.#space
    const see = (record: StoredRecord | undefined): Shown | undefined =>
      record && this.#gate.see(record, record, 'list')
    for await (const found of differencesOf(store, history, collection, period, this.#gate.audience)) {
      const { before, after, deleted } = found
      yield { before: see(before), after: see(after), deleted: see(deleted) }
    }
  }
}
