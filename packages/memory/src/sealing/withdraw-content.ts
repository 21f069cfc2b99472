import { hashOf } from '../store/object-id.ts'
import { recordPages } from '../store/record-pages.ts'
import type { Store } from '../store/store.ts'

const pageSize = 500

/**
 * Removes the plain bytes of an object whose record was refused, unless another record needs them.
 *
 * Whoever stores the same content under a public label at this moment has stored bytes, too, and writes the record next:
 * then they are put back.
 */
export async function withdrawContent(store: Store, hash: string): Promise<void> {
  const { objects } = store
  const bytes = await objects.get(hash)
  if (!bytes || (await hasRecord(store, hash))) return
  await objects.delete(hash)
  if (await hasRecord(store, hash)) await objects.put(hash, bytes)
}

async function hasRecord(store: Store, hash: string): Promise<boolean> {
  for await (const page of recordPages(store, { collection: 'objects', limit: pageSize })) {
    if (page.some(({ id }) => hashOf(id) === hash)) return true
  }
  return false
}
