import { hash as digest } from 'node:crypto'

import { levelIndex } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { hasTrait } from '../store/collections.ts'
import { rawText } from '../store/corruption.ts'
import type { Corruption } from '../store/corruption.ts'
import { CorruptRecordError, MissingKeyError } from '../values/errors.ts'
import { findPutBack } from './find-put-back.ts'
import { isFirstForm } from './key-ring.ts'
import type { KeyRing } from './key-ring.ts'
import { hashOf } from '../store/object-id.ts'
import { inBucket, isPlace, ownName } from '../store/object-place.ts'
import { ObjectVault, openObject } from './object-vault.ts'
import { assertOwnLabel, whyWrong } from './record-opener.ts'
import { openRecord } from './record-seal.ts'
import { sealingInForce, tellsSealing } from './sealing-state.ts'
import { StrayContents } from './stray-contents.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { Inspector, Store } from '../store/store.ts'
import type { RecordPlace, StoredRecord } from '../store/record.ts'

/**
 * Verifies a store and opens everything sealed in it, because forged, relabelled,
 * moved or older data looks intact to the store. Also reports what is not sealed
 * although it must be, and objects that have a record but no content.
 *
 * @param store - The underlying store with sealed values, not one wrapped by `gateSeals`.
 * @param inspector - Receives everything as stored.
 */
export async function* verifySealed(
  store: Store,
  ring: KeyRing,
  inspector?: Inspector,
): AsyncGenerator<Corruption, void, undefined> {
  const whole = await wholeOf(store)
  /** Hashes of contents that records refer to, but that have not been found yet. */
  const missing = new Set<string>()
  const sealed: RecordPlace[] = []
  const strays = new StrayContents(whole)
  const found = store.verify({
    record: (record) => {
      const { collection, id, seq, value } = record
      if (collection === 'objects') missing.add(hashOf(id))
      strays.record(record)
      const corruption = inspector?.record(record) ?? checkRecord(record, ring, whole)
      if (isSealed(value) && (!corruption || corruption.missingKey !== undefined)) sealed.push({ collection, id, seq })
      return corruption
    },
    past: (version) => {
      const corruption = inspector?.past?.(version) ?? checkRecord(version, ring, whole)
      // A record that somebody has changed is put right by writing it again: what it was is refused to readers, and goes.
      return corruption?.missingKey === undefined ? undefined : corruption
    },
    object: (name, bytes) => {
      missing.delete(hashOf(name))
      strays.object(name)
      return inspector?.object(name, bytes) ?? checkObject(name, bytes, ring)
    },
  })
  for await (const corruption of found) {
    if (corruption.kind === 'object') missing.delete(hashOf(corruption.id))
    yield corruption
  }
  yield* findPutBack(store, sealed)
  yield* strays.find(store)
  const vault = new ObjectVault(store.objects, ring)
  for (const id of missing) {
    // A concurrent reseal may have stored it under another name.
    if (await isThere(vault, id)) continue
    yield { kind: 'object', id, problem: 'There is a record of this object, but no content.', raw: '' }
  }
}

/** The lowest level of which everything is sealed; `undefined` if there is none, or if that can't be read. */
async function wholeOf(store: Store): Promise<Level | undefined> {
  try {
    return (await sealingInForce(store))?.whole
  } catch (error) {
    if (error instanceof CorruptRecordError) return undefined
    throw error
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

/** Checks a record's seal, and whether it has one. */
function checkRecord(record: StoredRecord, ring: KeyRing, whole: Level | undefined): Corruption | undefined {
  const { collection, id, sensitivity, value } = record
  const isHigh = whole !== undefined && levelIndex(sensitivity) >= levelIndex(whole)
  const mustBeSealed = isHigh && hasTrait(collection, 'sealed') && !tellsSealing(record)
  const verify = (): void => {
    assertOwnLabel(record)
    if (mustBeSealed && (!isSealed(value) || isFirstForm(value)))
      throw new CorruptRecordError('check', whyWrong(record))
    if (isSealed(value)) openRecord(ring, record)
  }
  return corruptionOf(verify, () => ({ kind: 'record', collection, id, raw: JSON.stringify(record) }))
}

/** Checks an object's seal. */
function checkObject(name: string, bytes: Uint8Array, ring: KeyRing): Corruption | undefined {
  const hash = hashOf(name)
  if (name === hash || name === ownName) return undefined
  if (isPlace(name)) return { kind: 'object', id: name, problem: inBucket, raw: rawText(bytes) }
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
