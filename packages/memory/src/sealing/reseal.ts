import { collectionsWith } from '../store/collections.ts'
import { hashOf } from '../store/object-id.ts'
import { recordPages } from '../store/record-pages.ts'
import type { Mutation } from '../store/mutation.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { levelIndex } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { CorruptRecordError } from '../values/errors.ts'
import { isSealed } from '../values/sealed-text.ts'
import { DroppedContents } from './dropped-contents.ts'
import { isFirstForm } from './key-ring.ts'
import type { KeyRing } from './key-ring.ts'
import type { ObjectVault } from './object-vault.ts'
import { resealPast } from './reseal-past.ts'
import { moveStray, openRecord, resealRecord, sealStray } from './record-seal.ts'
import { tellsSealing } from './sealing-state.ts'

/** The number of resealed records and objects. */
export interface ResealReport {
  readonly records: number
  readonly objects: number
}

/** What is resealed, and how. */
export interface ResealParts {
  /** The underlying store with sealed values, not one wrapped by `gateSeals`. */
  readonly store: Store
  readonly vault: ObjectVault
  readonly ring: KeyRing
  /** The lowest level that is sealed in the space. */
  readonly from: Level
  readonly signal: AbortSignal
}

const pageSize = 200
const sweepBatch = 500

/**
 * Seals with the current key everything that must be sealed: data sealed with older
 * keys, and plain data from before encryption. Finally it scrubs remnants of the old
 * forms from the store.
 *
 * Reads and writes continue meanwhile. A record written in between needs no resealing,
 * because its writer sealed it with the current key.
 *
 * @throws MissingKeyError when data is sealed with a key that the ring does not have; the signal's reason.
 */
export async function reseal(parts: ResealParts): Promise<ResealReport> {
  const { store, signal } = parts
  let records = 0
  for (const collection of collectionsWith('sealed')) {
    for await (const page of recordPages(store, { collection, limit: pageSize }, signal)) {
      records += await resealRecords(parts, page)
    }
  }
  records += await resealPast(store, (version) => sealedAnew(version, parts), signal)
  const objects = await resealContents(parts, await storedContents(store))
  return finish(parts, { records, objects })
}

/** Does the same for a few records, and for the contents of those that are objects. */
export async function resealSome(parts: ResealParts, keys: readonly RecordKey[]): Promise<ResealReport> {
  const { store } = parts
  const found = (await store.read(keys)).filter((record) => record !== undefined)
  const doubtful = new Map<string, readonly string[]>()
  for (const record of found) {
    const hash = hashOf(record.id)
    // Whoever sealed the record has sealed the content with the same key.
    if (record.collection !== 'objects') continue
    if (resealed(record, parts) || (await store.objects.has(hash))) doubtful.set(hash, [])
  }
  const records = await resealRecords(parts, found)
  const objects = doubtful.size === 0 ? 0 : await resealContents(parts, doubtful)
  return records + objects === 0 ? { records, objects } : finish(parts, { records, objects })
}

async function resealRecords(parts: ResealParts, records: readonly StoredRecord[]): Promise<number> {
  const due = records.map((record) => resealed(record, parts)).filter((mutation) => mutation !== undefined)
  // One batch each, so that a record written meanwhile does not make the others fail.
  const commits = await Promise.all(due.map((mutation) => parts.store.write([mutation])))
  return commits.filter(({ ok }) => ok).length
}

/** The names of all contents that are stored, by hash. */
async function storedContents(store: Store): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = new Map<string, readonly string[]>()
  for (const name of await store.objects.names()) names.set(hashOf(name), [...(names.get(hashOf(name)) ?? []), name])
  return names
}

/**
 * @param contents - Names by hash, read before the records, as contents are stored before their records: one without a record is left
 * from a writer that did not get further, and its label is not known. It is sealed, unless the space is sealed as a
 * whole: then it is of a writer that is about to store a public record.
 */
async function resealContents(parts: ResealParts, contents: ReadonlyMap<string, readonly string[]>): Promise<number> {
  const { store, vault, ring, from, signal } = parts
  // A hash can be in both.
  const high = new Set<string>()
  const low = new Set<string>()
  for await (const page of recordPages(store, { collection: 'objects', limit: pageSize }, signal)) {
    for (const { id, sensitivity } of page) (mustSeal(sensitivity, from) ? high : low).add(hashOf(id))
  }
  let objects = 0
  const dropped = new DroppedContents(store, vault)
  for (const [hash, names] of contents) {
    signal.throwIfAborted()
    // Most are public.
    if (!high.has(hash) && low.has(hash) && names.length === 1 && names[0] === hash) continue
    const isUnused = !high.has(hash) && !low.has(hash)
    // Where all is sealed, who declassifies an object stores its plain bytes. A record without them may be forged.
    const plain = ring.hasWhole ? (low.has(hash) || isUnused ? 'keep' : 'drop') : low.has(hash) ? 'make' : 'drop'
    const sealed = high.has(hash) || (isUnused && !ring.hasWhole)
    if (plain === 'drop' && names.includes(hash)) dropped.add(hash)
    if (await vault.reseal(hash, { plain, sealed })) objects += 1
  }
  await dropped.restore((level) => !mustSeal(level, from))
  return objects
}

async function finish({ store, signal }: ResealParts, report: ResealReport): Promise<ResealReport> {
  while ((await store.sweep(sweepBatch)) === sweepBatch) signal.throwIfAborted()
  // If nothing was resealed, there are no remnants of old forms.
  if (report.records + report.objects > 0) await store.scrub()
  return report
}

/** The mutation that reseals a record if that is due. The version stays the same, so caches and readers are unaffected. */
function resealed(record: StoredRecord, parts: ResealParts): Mutation | undefined {
  const { collection, id, version } = record
  const sealed = sealedAnew(record, parts)
  return sealed === undefined
    ? undefined
    : { type: 'reseal', key: { collection, id }, ifVersion: version, value: sealed }
}

/** A record's value in the form that it must have; `undefined` where it has that, or must stay as it is. */
function sealedAnew(record: StoredRecord, { ring, from }: ResealParts): string | undefined {
  const { value, sensitivity } = record
  const isPlain = !isSealed(value)
  if (isPlain ? !mustSeal(sensitivity, from) || tellsSealing(record) : ring.isCurrent(value)) return undefined
  return isPlain && ring.isWhole(sensitivity) ? sealStray(ring, record, value) : moved(record, ring)
}

/** A record's value, sealed with the current key; `undefined` for one that somebody has tampered with, which stays as it is. */
function moved(record: StoredRecord, ring: KeyRing): string | undefined {
  const { value, sensitivity } = record
  try {
    if (isSealed(value) && isFirstForm(value) && ring.isWhole(sensitivity)) return undefined
    return resealRecord(ring, record, isSealed(value) ? openRecord(ring, record) : value)
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error
    return isSealed(value) && !isFirstForm(value) ? moveStray(ring, record) : undefined
  }
}

function mustSeal(level: Level, from: Level): boolean {
  return levelIndex(level) >= levelIndex(from)
}
