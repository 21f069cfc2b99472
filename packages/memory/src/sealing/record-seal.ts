import { timingSafeEqual } from 'node:crypto'

import { atPosition, positionTag } from '../store/position-tag.ts'
import type { RecordKey, RecordMeta, StoredRecord } from '../store/record.ts'
import { asHeld } from '../values/access.ts'
import { CorruptRecordError } from '../values/errors.ts'
import { isFirstForm } from './key-ring.ts'
import type { KeyRing, SealedIdentity } from './key-ring.ts'

/** What is known of a record when its value is sealed. */
type RecordToSeal = RecordKey & RecordMeta & Pick<StoredRecord, 'version'>

/** A sealed value, and the key of the tag that the store appends. */
export interface SealedValue {
  readonly value: string
  readonly positionKey: string
}

/** Seals the value of a record that is about to be written. @throws MissingKeyError */
export function sealRecord(ring: KeyRing, record: RecordToSeal, text: string): SealedValue {
  const identity = identityOf(record)
  const value = ring.sealText(text, identity)
  return { value, positionKey: ring.positionKey(value, identity) }
}

/** Seals the value of a stored record again, for a `reseal`, which leaves it where it is. @throws MissingKeyError */
export function resealRecord(ring: KeyRing, record: StoredRecord, text: string): string {
  const { value, positionKey } = sealRecord(ring, record, text)
  return atPosition(value, positionKey, record)
}

/**
 * Seals a plain value that was found where everything is sealed, so that it is no longer readable in the store. It never
 * opens as the record: nobody knows who wrote it.
 */
export function sealStray(ring: KeyRing, record: StoredRecord, text: string): string {
  return ring.sealText(text, strayIdentityOf(record))
}

/** Seals a stray value with the current key; `undefined` for a record that is none, and does not open. @throws MissingKeyError */
export function moveStray(ring: KeyRing, record: StoredRecord): string | undefined {
  const { collection, id, version, value } = record
  try {
    const text = ring.openText(value, strayIdentityOf(record), [collection, id, version])
    return sealStray(ring, record, text)
  } catch (error) {
    if (error instanceof CorruptRecordError) return undefined
    throw error
  }
}

/**
 * Opens the value of a stored record.
 *
 * @throws MissingKeyError; CorruptRecordError when it is damaged or not as it was sealed: moved, under another label or
 * other metadata, at another position.
 */
export function openRecord(ring: KeyRing, record: StoredRecord): string {
  const { collection, id, version, value } = record
  const identity = identityOf(record)
  const text = ring.openText(value, identity, [collection, id, version])
  if (!isFirstForm(value)) assertAtPosition(value, ring.positionKey(value, identity), record)
  return text
}

function assertAtPosition(value: string, positionKey: string, record: StoredRecord): void {
  const [found, expected] = [tagOf(value), positionTag(positionKey, record)].map((tag) => Buffer.from(tag))
  if (found && expected && found.length === expected.length && timingSafeEqual(found, expected)) return
  throw new CorruptRecordError(
    'read',
    `The sealed record ${nameOf(record)} is not where it was written: its position in the feed or its times were changed.`,
  )
}

/** What follows the third period of a sealed text; '' if nothing does. */
function tagOf(value: string): string {
  return value.split('.', 4)[3] ?? ''
}

/** Everything that a writer says of a record. Its end may move, as leases are renewed, and it may be withdrawn. */
function identityOf(record: RecordToSeal): SealedIdentity {
  const { collection, id, version, sensitivity, compartments, author, task, tags, importance, derivedFrom } = record
  return [
    collection,
    id,
    version,
    sensitivity,
    asHeld({ sensitivity, compartments }).compartments.toSorted(),
    author,
    task ?? null,
    tags,
    importance ?? null,
    derivedFrom,
  ]
}

function strayIdentityOf(record: StoredRecord): SealedIdentity {
  return [...identityOf(record), 'stray']
}

/** How messages call a record. */
export function nameOf({ collection, id }: RecordKey): string {
  return `${collection}/${id}`
}
