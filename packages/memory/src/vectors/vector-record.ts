import { createHash } from 'node:crypto'

import { searchableText } from '../search/searchable-text.ts'
import { collectionsWith, hasTrait } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import type { Guard, Mutation } from '../store/mutation.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { asHeld, labelText } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { packVector, unpackVector } from './vector-form.ts'
import type { KeptVector, VectorForm } from './vector-form.ts'

/*
 * The vector of a record is a record of its own, under the label of the record and with its end. So it is sealed,
 * rotated, verified, copied by backups and heard of by the feed as the text is, on every store.
 */

/** The kinds of record that have vectors. Of facts, only those whose keys the memory names. */
export const embedded: readonly Collection[] = [...collectionsWith('searchable'), 'facts']

/** Whether records of a kind may have vectors. */
export function isEmbedded(collection: Collection): boolean {
  return collection === 'facts' || hasTrait(collection, 'searchable')
}

/** What vectors must have in common to be compared. */
export interface VectorKind {
  /** The id of the embedder. */
  readonly embedder: string
  readonly dimensions: number
  readonly form: VectorForm
}

/** The vector of one version of a record. */
export interface RecordVector {
  /** A hash of the text that it was made of. */
  readonly content: string
  readonly vector: KeptVector
}

interface StoredVector extends VectorKind {
  /** The version of the record that it was made of. */
  readonly version: number
  readonly content: string
  readonly vector: string
}

/** The key of a record's vector. */
export function vectorKey({ collection, id }: RecordKey): RecordKey {
  return { collection: 'vectors', id: `${collection}/${id}` }
}

/** Whose vector lies at this key. */
export function embeddedKey({ collection, id }: RecordKey): RecordKey | undefined {
  if (collection !== 'vectors') return isEmbedded(collection) ? { collection, id } : undefined
  const slash = id.indexOf('/')
  return { collection: id.slice(0, slash) as Collection, id: id.slice(slash + 1) }
}

/** The text of a record that has a vector, a fact's with its key; `undefined` for one without text, or that can't be opened. */
export function embeddedText({ collection, id, value }: StoredRecord, maxLength: number): string | undefined {
  try {
    const words = searchableText(decodeJson(value))
    const text = (collection === 'facts' ? `${id}\n${words}` : words).slice(0, maxLength).toWellFormed()
    return text.trim() === '' ? undefined : text
  } catch {
    return undefined
  }
}

/** Identifies a text among all. */
export function contentOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/**
 * Stores the vector of a record, unless that is another version by now.
 *
 * @param guard - The lease under which it was made.
 */
export function setVector(
  record: StoredRecord,
  kind: VectorKind,
  { content, vector }: RecordVector,
  { guard, now }: { readonly guard: Guard; readonly now: number },
): readonly Mutation[] {
  // What holds no more keeps its vector, for those who search all.
  const { collection, id, version, sensitivity, compartments, expiresAt } = asHeld(record)
  const stored: StoredVector = { ...kind, version, content, vector: packVector(vector) }
  const meta = { author: 'skein', tags: [], derivedFrom: [], sensitivity, compartments }
  const ttlMs = expiresAt === undefined ? undefined : Math.max(1, expiresAt - now)
  return [
    { type: 'check', key: { collection, id }, ifVersion: version },
    { type: 'set', key: vectorKey(record), value: encodeJson(stored), meta, ttlMs, guard, fleeting: true },
  ]
}

/** The vector of a record as it is now; `undefined` for one of another kind, version or label, or that can't be opened. */
export function vectorOf(record: StoredRecord, kind: VectorKind, found: StoredRecord): RecordVector | undefined {
  try {
    const { embedder, dimensions, form, version, content, vector } = decodeJson(found.value) as StoredVector
    if (embedder !== kind.embedder || dimensions !== kind.dimensions || form !== kind.form) return undefined
    if (version !== record.version || labelName(found) !== labelName(record)) return undefined
    const unpacked = unpackVector(vector, dimensions, form)
    return unpacked && { content, vector: unpacked }
  } catch {
    return undefined
  }
}

/** The same for labels that mean the same, whether or not the record holds. */
function labelName(record: StoredRecord): string {
  const { sensitivity, compartments } = asHeld(record)
  return labelText({ level: sensitivity, compartments })
}
