import type { Mutation, RangeCheckMutation } from '../store/mutation.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { covers, isWithdrawn, withWithdrawn } from '../values/access.ts'
import type { Audience } from '../values/access.ts'
import { ConflictError } from './conflict-error.ts'

/** A record as a transaction has seen it. */
export interface SeenRecord {
  readonly key: RecordKey
  /** What the store holds, which may be above the clearance. */
  readonly record: StoredRecord | undefined
  /** The version that the principal can tell: 0 for what is absent, and for what is hidden. */
  readonly version: number
  /** As whom to look at it again: what was withdrawn already may be seen with its mark. */
  readonly over: Audience
}

/** What one attempt of a transaction has read, as the checks that prove at its commit that all of it still holds. */
export class ReadSet {
  readonly #audience: Audience
  readonly #records = new Map<string, SeenRecord>()
  readonly #ranges: RangeCheckMutation[] = []
  #isTorn = false

  constructor(audience: Audience) {
    this.#audience = audience
  }

  /** Records that were seen or missed, and lists. */
  get size(): number {
    return this.#records.size + this.#ranges.length
  }

  /** Whether states were mixed, so that nothing may come of this attempt. */
  get isTorn(): boolean {
    return this.#isTorn
  }

  get ranges(): number {
    return this.#ranges.length
  }

  /** What was seen of a record, if it was looked for. */
  seen(key: RecordKey): SeenRecord | undefined {
    return this.#records.get(nameOf(key))
  }

  /**
   * Notes a record, or its absence. What was seen first counts, so that reading again shows the same.
   *
   * @throws ConflictError when another version of it was seen before: the two are of different states.
   */
  note(key: RecordKey, record: StoredRecord | undefined): StoredRecord | undefined {
    const over = record && isWithdrawn(record) ? withWithdrawn(this.#audience) : this.#audience
    const version = record && covers(over, record) ? record.version : 0
    const known = this.seen(key)
    if (known && known.version !== version) {
      this.#isTorn = true
      throw new ConflictError()
    }
    if (known) return known.record
    this.#records.set(nameOf(key), { key: { collection: key.collection, id: key.id }, record, version, over })
    return record
  }

  /** Notes a list or a search: nothing more may come to be in it. */
  noteRange(range: RangeCheckMutation): void {
    this.#ranges.push(range)
  }

  /** Checks of all that was read, except of the records that are written with a condition of their own. */
  checks(isWritten: (key: RecordKey) => boolean): Mutation[] {
    const records = [...this.#records.values()].filter(({ key }) => !isWritten(key))
    return [
      ...records.map(({ key, version, over }) => ({ type: 'check', key, ifVersion: version, over }) as const),
      ...this.#ranges,
    ]
  }
}

/** The name of a key in maps. No collection has a slash. */
export function nameOf({ collection, id }: RecordKey): string {
  return `${collection}/${id}`
}
