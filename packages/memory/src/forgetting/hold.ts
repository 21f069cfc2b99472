import type { Collection } from '../store/collections.ts'
import { hasTrait } from '../store/collections.ts'
import type { CheckMutation, SetMutation } from '../store/mutation.ts'
import { passesFilter } from '../store/record-filter.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { formsOfSource, sourceName, subjectSource } from '../store/source-name.ts'
import type { Store } from '../store/store.ts'
import { publicLabel } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { ForgetFilter } from './forget-options.ts'

/*
 * One record of `settings` has the rules of all holds in force. Its version is the moment: what erases checks it in the
 * same atom, so of a hold and an erasure at the same time one comes first. `holds/<id>`, written in the same atom as the
 * rule, tells people of it.
 */

/** What one hold keeps. */
export interface HoldRule {
  readonly id: string
  /** Records, by their names as sources. */
  readonly names: readonly string[]
  /** All that passes it, whenever it is written. */
  readonly filter?: ForgetFilter
  /** Whether what names one of the records as its source is kept as well. */
  readonly derived: boolean
}

/** All that is held, at one version of the rules. */
export interface HoldsInForce {
  readonly version: number
  readonly rules: readonly HoldRule[]
}

/** What a rule looks at. */
export type Holdable = Pick<
  StoredRecord,
  'collection' | 'id' | 'author' | 'task' | 'tags' | 'derivedFrom' | 'updatedAt'
>

export const noHolds: HoldsInForce = { version: 0, rules: [] }

const rulesKey: RecordKey = { collection: 'settings', id: 'holds' }

/** Reads the rules. */
export async function readHolds(store: Pick<Store, 'read'>): Promise<HoldsInForce> {
  const [record] = await store.read([rulesKey])
  if (!record) return noHolds
  // Without the key, nothing of the space can be read or written either.
  if (isSealed(record.value)) return { ...noHolds, version: record.version }
  return { version: record.version, rules: decodeJson(record.value) as readonly HoldRule[] }
}

/** Replaces the rules, unless somebody else has meanwhile. */
export function setHolds(rules: readonly HoldRule[], ifVersion: number): SetMutation {
  const meta = { author: 'skein', tags: [], derivedFrom: [], ...publicLabel }
  return { type: 'set', key: rulesKey, value: encodeJson(rules), meta, ifVersion }
}

/** Refuses a batch if there is another hold by now, or one less. */
export function sameHolds({ version }: HoldsInForce): CheckMutation {
  return { type: 'check', key: rulesKey, ifVersion: version }
}

/** Whether a conflict is about the rules. */
export function isAboutHolds({ key }: { readonly key: string }): boolean {
  return key === rulesKey.id
}

/** The kinds of record that can be held: what can be forgotten, other than results of work, which can be made again. */
export function isHoldable(collection: Collection): boolean {
  return hasTrait(collection, 'derived') && collection !== 'work'
}

/** Whether any rule keeps this record. */
export function isHeld(record: Holdable, { rules }: Pick<HoldsInForce, 'rules'>): boolean {
  return rules.length > 0 && isHoldable(record.collection) && rules.some((rule) => keeps(rule, record))
}

function keeps({ names, filter, derived }: HoldRule, record: Holdable): boolean {
  if (names.includes(sourceName(record))) return true
  if (filter && passesForgetFilter(record, filter)) return true
  return derived && record.derivedFrom.some((source) => names.some((name) => formsOfSource(name).includes(source)))
}

/** Whether a record is one of those that a filter means, its label apart. */
export function passesForgetFilter(record: Holdable, { subject, collection, ...rest }: ForgetFilter): boolean {
  if (collection !== undefined && record.collection !== collection) return false
  if (!passesFilter(record, { ...rest, collection: record.collection })) return false
  if (subject === undefined) return true
  return formsOfSource(subjectSource(subject)).some((form) => record.derivedFrom.includes(form))
}
