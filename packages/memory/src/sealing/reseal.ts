import { collectionsWith } from '../store/collections.ts'
import type { KeyRing } from './key-ring.ts'

import { hashOf } from '../store/object-id.ts'
import type { ObjectVault } from './object-vault.ts'
import { recordPages } from '../store/record-pages.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { Store } from '../store/store.ts'
import type { Mutation } from '../store/mutation.ts'
import type { StoredRecord } from '../store/record.ts'

/** What was sealed anew. */
export interface ResealReport {
  readonly records: number
  readonly objects: number
}

const pageSize = 200
const sweepBatch = 500

/**
 * Seals everything that has to be, with the current key: what an older key
 * sealed, and what was written before anything was. Reads and writes go on
 * meanwhile; whoever writes a record first has sealed it with the current key.
 * In the end what is left of the old forms is removed from the store.
 *
 * @param store - The one that holds what is sealed, not one that opens it.
 * @throws MissingKeyError when something is sealed with a key that the ring does not have.
 */
export async function reseal(
  store: Store,
  vault: ObjectVault,
  ring: KeyRing,
  signal: AbortSignal,
): Promise<ResealReport> {
  let records = 0
  /** Hashes of the contents that have to be sealed, and of those that have not. */
  const high = new Set<string>()
  const low = new Set<string>()
  for (const collection of collectionsWith('sealed')) {
    for await (const page of recordPages(store, { collection, limit: pageSize }, signal)) {
      const due = page.map((record) => resealed(record, ring)).filter((mutation) => mutation !== undefined)
      // Each by itself: one that somebody wrote meanwhile must not hold up the others.
      const commits = await Promise.all(due.map((mutation) => store.write([mutation])))
      records += commits.filter(({ ok }) => ok).length
      if (collection !== 'objects') continue
      for (const { id, sensitivity } of page) (ring.seals(sensitivity) ? high : low).add(hashOf(id))
    }
  }
  let objects = 0
  for (const hash of high) {
    signal.throwIfAborted()
    if (await vault.reseal(hash, low.has(hash))) objects += 1
  }
  while ((await store.sweep(sweepBatch)) === sweepBatch) signal.throwIfAborted()
  // Where nothing had to be sealed anew, nothing is left of another form.
  if (records + objects > 0) await store.scrub()
  return { records, objects }
}

/** The write that seals a record anew, if that is due: under the version that it has, so that nobody notices. */
function resealed(record: StoredRecord, ring: KeyRing): Mutation | undefined {
  const { collection, id, version, value, sensitivity } = record
  const isPlain = !isSealed(value)
  if (isPlain ? !ring.seals(sensitivity) : ring.isCurrent(value)) return undefined
  const text = isPlain ? value : ring.openText(value, [collection, id, version])
  const sealed = ring.sealText(text, [collection, id, version])
  return { type: 'reseal', key: { collection, id }, ifVersion: version, value: sealed }
}
