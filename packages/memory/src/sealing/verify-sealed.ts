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
 * Checks a store, and opens everything in it that is sealed: what was forged
 * or moved is intact as far as the store knows. Tells of objects, too, of which
 * there is a record but no content.
 *
 * @param store - The one that holds what is sealed, not one that opens it.
 * @param inspector - Is shown everything as it is stored.
 */
export async function* verifySealed(
  store: Store,
  ring: KeyRing,
  inspector?: Inspector,
): AsyncGenerator<Corruption, void, undefined> {
  /** Hashes of the contents that records speak of and that were not come upon yet. */
  const due = new Set<string>()
  const found = store.verify({
    record: (record) => {
      if (record.collection === 'objects') due.add(hashOf(record.id))
      return inspector?.record(record) ?? openedRecord(record, ring)
    },
    object: (name, bytes) => {
      due.delete(hashOf(name))
      return inspector?.object(name, bytes) ?? openedObject(name, bytes, ring)
    },
  })
  for await (const damage of found) {
    if (damage.kind === 'object') due.delete(hashOf(damage.id))
    yield damage
  }
  const vault = new ObjectVault(store.objects, ring)
  for (const id of due) {
    // It may have been given another name while we were looking.
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

/** What is wrong with a record's seal. */
function openedRecord(record: StoredRecord, ring: KeyRing): Corruption | undefined {
  const { collection, id, version, value } = record
  if (!isSealed(value)) return undefined
  return faultOf(
    () => ring.openText(value, [collection, id, version]),
    () => ({ kind: 'record', collection, id, raw: JSON.stringify(record) }),
  )
}

/** What is wrong with an object's seal. */
function openedObject(name: string, bytes: Uint8Array, ring: KeyRing): Corruption | undefined {
  const hash = hashOf(name)
  if (name === hash) return undefined
  const verify = (): void => {
    if (digest('sha256', openObject(ring, name, bytes), 'hex') === hash) return
    throw new CorruptRecordError('check', `The sealed object ${name} opens, but its content has another hash.`)
  }
  return faultOf(verify, () => ({ kind: 'object', id: name, raw: rawText(bytes) }))
}

function faultOf(open: () => void, describe: () => Omit<Corruption, 'problem'>): Corruption | undefined {
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
