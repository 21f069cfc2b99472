import type { Store } from '../store/store.ts'
import { publicLabel } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import type { VectorKind } from './vector-record.ts'

/** What is stored under {@link kindKey}. */
interface StoredKind extends VectorKind {
  /** Whether facts have vectors, or had some once. */
  readonly facts?: true
}

/** The record that says which kind of vectors a space has: that of the memory that was opened last. */
export const kindKey = { collection: 'settings', id: 'vectors' } as const

/** Whether the space has vectors of this kind. @throws StoreError */
export async function isInForce(store: Store, kind: VectorKind): Promise<boolean> {
  const found = await storedKind(store)
  return found !== undefined && isSame(found, kind)
}

/** Whether facts may have vectors. @throws StoreError */
export async function factsHaveVectors(store: Pick<Store, 'read'>): Promise<boolean> {
  return (await storedKind(store))?.facts === true
}

/**
 * From now on the space has vectors of this kind. Those of another are made again, one by one.
 *
 * @param ofFacts - Whether facts get vectors, too. Other processes then let them go with their facts.
 * @throws StoreError
 */
export async function putInForce(store: Store, kind: VectorKind, ofFacts: boolean): Promise<void> {
  const found = await storedKind(store)
  const hadFacts = found?.facts === true
  if (found && isSame(found, kind) && (hadFacts || !ofFacts)) return
  const stored: StoredKind = hadFacts || ofFacts ? { ...kind, facts: true } : kind
  const meta = { author: 'skein', tags: [], derivedFrom: [], ...publicLabel }
  await store.write([{ type: 'set', key: kindKey, value: encodeJson(stored), meta }])
}

async function storedKind(store: Pick<Store, 'read'>): Promise<StoredKind | undefined> {
  const [record] = await store.read([kindKey])
  return record && (decodeJson(record.value) as StoredKind)
}

function isSame(one: VectorKind, other: VectorKind): boolean {
  return one.embedder === other.embedder && one.dimensions === other.dimensions && one.form === other.form
}
