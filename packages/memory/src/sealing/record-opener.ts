import { hasTrait } from '../store/collections.ts'
import { hashOf, objectId } from '../store/object-id.ts'
import type { StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { CorruptRecordError } from '../values/errors.ts'
import { isSealed } from '../values/sealed-text.ts'
import { isFirstForm } from './key-ring.ts'
import type { KeyRing } from './key-ring.ts'
import { nameOf, openRecord } from './record-seal.ts'
import { sealingInForce, tellsSealing } from './sealing-state.ts'

/** A record with its value opened, or why it can't be. */
export type Opened = { readonly record: StoredRecord } | { readonly error: unknown }

/** How long a process trusts that the space is not sealed as a whole, in milliseconds. */
const trustMs = 1_000

/** Opens records as they come from a store, and finds those that somebody has tampered with. */
export class RecordOpener {
  readonly #store: Store
  readonly #ring: KeyRing
  #nextLookAt = 0

  /** @param store - The underlying store with sealed values. */
  constructor(store: Store, ring: KeyRing) {
    this.#store = store
    this.#ring = ring
  }

  /** Whether any of these records has to be opened or looked at. Most are plain and may be. */
  concerns(records: Iterable<StoredRecord | undefined>): boolean {
    for (const record of records) {
      if (!record) continue
      if (record.collection === 'objects' || isSealed(record.value) || isDoubtful(record, this.#ring)) return true
    }
    return false
  }

  /**
   * Opens records that were read by their keys.
   *
   * A public record of an object would have the content opened that another one keeps sealed. So where records are
   * sealed, the plain bytes must be there for it: who puts an object stores them before the record.
   */
  async openRead(records: readonly StoredRecord[]): Promise<readonly Opened[]> {
    const opened = [...(await this.open(records))]
    if (!records.some(isPlainObject)) return opened
    // A thread's ring knows nothing of the space at first.
    if (!this.#ring.hasWhole && performance.now() >= this.#nextLookAt) await this.#look()
    const forged = async (record: StoredRecord): Promise<boolean> =>
      isPlainObject(record) && this.#ring.hasWhole && !(await this.#store.objects.has(hashOf(record.id)))
    const isForged = await Promise.all(records.map(forged))
    for (const [index, record] of records.entries()) {
      if (isForged[index]) opened[index] = { error: new CorruptRecordError('read', noContent(record)) }
    }
    return opened
  }

  /** Opens past versions. The feed knows newer changes of them all, so it can't tell who put one back. */
  async openPast(records: readonly StoredRecord[]): Promise<readonly Opened[]> {
    const opened = records.map((record) => this.#open(record))
    await this.#refuseWrong(records, opened)
    return opened
  }

  /** Opens records that were just read from the store. */
  async open(records: readonly StoredRecord[]): Promise<readonly Opened[]> {
    const opened: Opened[] = records.map((record) => this.#open(record))
    const sealed = records.filter(({ value }, index) => isSealed(value) && 'record' in (opened[index] as Opened))
    if (sealed.length > 0) {
      const putBack = await this.#putBack(sealed)
      for (const [index, record] of records.entries()) {
        if (putBack.has(record)) opened[index] = { error: putBackError(record) }
      }
    }
    await this.#refuseWrong(records, opened)
    return opened
  }

  /** Refuses what would have to be sealed in another way. */
  async #refuseWrong(records: readonly StoredRecord[], opened: Opened[]): Promise<void> {
    for (const [index, record] of records.entries()) {
      const problem = isDoubtful(record, this.#ring) && (await this.#isWhole(record)) && whyWrong(record)
      if (problem) opened[index] = { error: new CorruptRecordError('read', problem) }
    }
  }

  #open(record: StoredRecord): Opened {
    try {
      assertOwnLabel(record)
      return { record: isSealed(record.value) ? { ...record, value: openRecord(this.#ring, record) } : record }
    } catch (error) {
      return { error }
    }
  }

  /** The records in place of which the feed knows newer ones. */
  async #putBack(records: readonly StoredRecord[]): Promise<ReadonlySet<StoredRecord>> {
    const places = records.map(({ collection, id, seq }) => ({ collection, id, seq }))
    const newest = await this.#store.newer(places)
    const doubtful = records.filter((_, index) => newest[index] !== undefined)
    if (doubtful.length === 0) return new Set()
    // They may have been written meanwhile: then the store has the newer ones by now, or none.
    const present = await this.#store.read(doubtful)
    const isOld = (record: StoredRecord, index: number): boolean => {
      const seq = present[index]?.seq
      return seq !== undefined && seq < (newest[records.indexOf(record)] ?? 0)
    }
    return new Set(doubtful.filter(isOld))
  }

  /** Whether nothing of a record's sensitivity may be plain or of an older form, by what the space says at present. */
  async #isWhole({ sensitivity }: StoredRecord): Promise<boolean> {
    const now = performance.now()
    const isKeyless = this.#ring.share.current === undefined
    if (isKeyless && !this.#ring.isWhole(sensitivity) && now < this.#nextLookAt) return false
    await this.#look()
    return this.#ring.isWhole(sensitivity)
  }

  async #look(): Promise<void> {
    this.#nextLookAt = performance.now() + trustMs
    this.#ring.noteWhole((await sealingInForce(this.#store))?.whole)
  }
}

/** Whether a record would be wrong in a space that is sealed as a whole. */
function isDoubtful(record: StoredRecord, ring: KeyRing): boolean {
  const { collection, sensitivity, value } = record
  if (isSealed(value) ? !isFirstForm(value) : sensitivity === 'public' && !ring.isWhole(sensitivity)) return false
  return hasTrait(collection, 'sealed') && !tellsSealing(record)
}

/** What is wrong with a record in a space that is sealed as a whole. */
export function whyWrong(record: StoredRecord): string {
  const what = isSealed(record.value) ? 'is sealed in a form without a label' : 'is not sealed'
  return (
    `The record ${nameOf(record)} ${what}, unlike everything else of its sensitivity in this space: a program without Skein wrote it. ` +
    'Rewrite it or delete it.'
  )
}

function isPlainObject({ collection, value }: StoredRecord): boolean {
  return collection === 'objects' && !isSealed(value)
}

function noContent({ id }: StoredRecord): string {
  return `The object ${id} has no content under its label: it was lost, or somebody else wrote this record.`
}

/** The error for a record in place of which the feed knows a newer one. */
export function putBackError(record: StoredRecord): CorruptRecordError {
  return new CorruptRecordError(
    'read',
    `The record ${nameOf(record)} was rolled back: the feed has a newer change of it. ` +
      'Rewrite it, delete it, or restore a backup of the whole store.',
  )
}

/** The id of an object says who may see it. @throws CorruptRecordError when its record says something else. */
export function assertOwnLabel(record: StoredRecord): void {
  if (record.collection !== 'objects' || objectId(hashOf(record.id), record) === record.id) return
  throw new CorruptRecordError('read', `The object ${record.id} has another label than its id says.`)
}
