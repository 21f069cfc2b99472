import { collectionsWith } from '../store/collections.ts'
import type { KeyRing } from './key-ring.ts'

import { hashOf } from '../store/object-id.ts'
import type { ObjectVault } from './object-vault.ts'
import { recordPages } from '../store/record-pages.ts'
import { CorruptRecordError } from '../values/errors.ts'
import { isSealed } from '../values/sealed-text.ts'
import { DroppedContents } from './dropped-contents.ts'
import { isFirstForm } from './key-ring.ts'
import { openRecord, resealRecord, sealStray } from './record-seal.ts'
import type { Store } from '../store/store.ts'
import type { Mutation } from '../store/mutation.ts'
import type { StoredRecord } from '../store/record.ts'

/** The number of resealed records and objects. */
export interface ResealReport {
  readonly records: number
  readonly objects: number
}

const pageSize = 200
const sweepBatch = 500

/**
 * Seals with the current key everything that must be sealed: data sealed with older
 * keys, and plain data from before encryption. Finally it scrubs remnants of the old
 * forms from the store.
 *
 * Reads and writes go on meanwhile. A record written in between needs no resealing,
 * because its writer sealed it with the current key.
 *
 * @param store - The underlying store with sealed values, not one wrapped by `gateSeals`.
 * @throws MissingKeyError when data is sealed with a key that the ring does not have; the signal's reason.
 */
export async function reseal(
  store: Store,
  vault: ObjectVault,
  ring: KeyRing,
  signal: AbortSignal,
): Promise<ResealReport> {
  let records = 0
  /** Hashes of contents with a label that must be sealed, and of those with a lower label. A hash can be in both. */
  const high = new Set<string>()
  const low = new Set<string>()
  for (const collection of collectionsWith('sealed')) {
    for await (const page of recordPages(store, { collection, limit: pageSize }, signal)) {
      const due = page.map((record) => resealed(record, ring)).filter((mutation) => mutation !== undefined)
      // One batch each, so that a record written meanwhile does not make the others fail.
      const commits = await Promise.all(due.map((mutation) => store.write([mutation])))
      records += commits.filter(({ ok }) => ok).length
      if (collection !== 'objects') continue
      for (const { id, sensitivity } of page) (ring.seals(sensitivity) ? high : low).add(hashOf(id))
    }
  }
  let objects = 0
  const dropped = new DroppedContents(store, vault)
  for (const hash of high) {
    signal.throwIfAborted()
    if (!low.has(hash)) await dropped.note(hash)
    if (await vault.reseal(hash, low.has(hash))) objects += 1
  }
  await dropped.restore((level) => !ring.seals(level))
  // Later, who declassifies an object stores its plain bytes. A record without them may be forged.
  if (!ring.hasWhole) for (const hash of low) await vault.unseal(hash)
  while ((await store.sweep(sweepBatch)) === sweepBatch) signal.throwIfAborted()
  // If nothing was resealed, there are no remnants of old forms.
  if (records + objects > 0) await store.scrub()
  return { records, objects }
}

/** The mutation that reseals a record if that is due. The version stays the same, so caches and readers are unaffected. */
function resealed(record: StoredRecord, ring: KeyRing): Mutation | undefined {
  const { collection, id, version, value, sensitivity } = record
  const isPlain = !isSealed(value)
  if (isPlain ? !ring.seals(sensitivity) : ring.isCurrent(value)) return undefined
  const sealed = isPlain && ring.isWhole(sensitivity) ? sealStray(ring, record, value) : moved(record, ring)
  return sealed === undefined
    ? undefined
    : { type: 'reseal', key: { collection, id }, ifVersion: version, value: sealed }
}

/** A record's value, sealed with the current key; `undefined` for one that somebody has tampered with, which stays as it is. */
function moved(record: StoredRecord, ring: KeyRing): string | undefined {
  const { value, sensitivity } = record
  try {
    if (isSealed(value) && isFirstForm(value) && ring.isWhole(sensitivity)) return undefined
    return resealRecord(ring, record, isSealed(value) ? openRecord(ring, record) : value)
  } catch (error) {
    if (error instanceof CorruptRecordError) return undefined
    throw error
  }
}
