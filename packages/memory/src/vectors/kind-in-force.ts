import type { Store } from '../store/store.ts'
import { publicLabel } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import type { VectorKind } from './vector-record.ts'

/** The record that says which kind of vectors a space has: that of the memory that was opened last. */
export const kindKey = { collection: 'settings', id: 'vectors' } as const

/** Whether the space has vectors of this kind. @throws StoreError */
export async function isInForce(store: Store, kind: VectorKind): Promise<boolean> {
  const [record] = await store.read([kindKey])
  if (!record) return false
  const { embedder, dimensions, form } = decodeJson(record.value) as VectorKind
  return embedder === kind.embedder && dimensions === kind.dimensions && form === kind.form
}

/** From now on the space has vectors of this kind. Those of another are made again, one by one. @throws StoreError */
export async function putInForce(store: Store, kind: VectorKind): Promise<void> {
  if (await isInForce(store, kind)) return
  const meta = { author: 'skein', tags: [], derivedFrom: [], ...publicLabel }
  await store.write([{ type: 'set', key: kindKey, value: encodeJson(kind), meta }])
}
