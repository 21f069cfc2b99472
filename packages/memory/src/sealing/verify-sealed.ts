import { hash as digest } from 'node:crypto'

import { rawText } from '../store/corruption.ts'
import type { Corruption } from '../store/corruption.ts'
import { CorruptRecordError, MissingKeyError } from '../values/errors.ts'
import type { KeyRing } from './key-ring.ts'
import { hashOf } from '../store/object-id.ts'
import { ObjectVault, openObject } from './object-vault.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { Inspector, Store } from '../store/store.ts'
import type { StoredRecord } from '../store/record.ts'

/**
 * Verifies a store and opens everything sealed in it, because forged or moved
 * data looks intact to the store. Also reports objects that have a record but no
 * content.
 *
 * @param store - The underlying store with sealed values, not one wrapped by `gateSeals`.
 * @param inspector - Receives everything as stored.
 */
export async function* verifySealed(
  store: Store,
  ring: KeyRing,
  inspector?: Inspector,
): AsyncGenerator<Corruption, void, undefined> {
  /** Hashes of contents that records refer to, but that have not been found yet. */
  const missing = new Set<string>()
  const found = store.verify({
    record: (record) => {
      if (record.collection === 'objects') missing.add(hashOf(record.id))
      return inspector?.record(record) ?? checkRecord(record, ring)
    },
    object: (name, bytes) => {
      missing.delete(hashOf(name))
      return inspector?.object(name, bytes) ?? checkObject(name, bytes, ring)
    },
  })
  for await (const corruption of found) {
    if (corruption.kind === 'object') missing.delete(hashOf(corruption.id))
    yield corruption
  }
  const vault = new ObjectVault(store.objects, ring)
  for (const id of missing) {
    // A concurrent reseal may have stored it under another name.
    if (await isThere(vault, id)) continue
    yield { kind: 'object', id, problem: 'There is a record of this object, but no content.', raw: '' }
  }
}

async function isThere(vault: ObjectVault, hash: string): Promise<boolean> {
  try {
    return (await vault.get(hash)) !== undefined
  } catch (error) {
    if (error instanceof CorruptRecordError) return false
    throw error
  }
}

/** Checks a record's seal. */
function checkRecord(record: StoredRecord, ring: KeyRing): Corruption | undefined {
  const { collection, id, version, value } = record
  if (!isSealed(value)) return undefined
  return corruptionOf(
    () => ring.openText(value, [collection, id, version]),
    () => ({ kind: 'record', collection, id, raw: JSON.stringify(record) }),
  )
}

/** Checks an object's seal. */
function checkObject(name: string, bytes: Uint8Array, ring: KeyRing): Corruption | undefined {
  const hash = hashOf(name)
  if (name === hash) return undefined
  const verify = (): void => {
    if (digest('sha256', openObject(ring, name, bytes), 'hex') === hash) return
    throw new CorruptRecordError('check', `The sealed object ${name} opens, but its content does not match its hash.`)
  }
  return corruptionOf(verify, () => ({ kind: 'object', id: name, raw: rawText(bytes) }))
}

function corruptionOf(open: () => void, describe: () => Omit<Corruption, 'problem'>): Corruption | undefined {
  try {
    open()
    return undefined
  } catch (error) {
    if (error instanceof CorruptRecordError) return { ...describe(), problem: error.message }
    if (!(error instanceof MissingKeyError)) throw error
    const { keyId: missingKey } = error
    return { ...describe(), missingKey, problem: `It is sealed with the key "${missingKey}", which is not given.` }
  }
}
