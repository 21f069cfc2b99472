import { hashOf } from '../store/object-id.ts'
import { recordPages } from '../store/record-pages.ts'
import type { Store } from '../store/store.ts'
import type { Level } from '../values/access.ts'

const pageSize = 500

/**
 * Removes the plain bytes of an object whose record was refused, unless another record needs them.
 *
 * Whoever stores the same content under a public label at this moment has stored bytes, too, and writes the record next:
 * then they are put back.
 */
export async function withdrawContent(
  store: Store,
  hash: string,
  mayBePlain: (level: Level) => boolean,
): Promise<void> {
  const { objects } = store
  const bytes = await objects.get(hash)
  // Where a record must be sealed, whoever seals it needs the bytes, and drops them then.
  if (!bytes || (await levelsOf(store, hash)).length > 0) return
  await objects.delete(hash)
  if ((await levelsOf(store, hash)).some(mayBePlain)) await objects.put(hash, bytes)
}

/** The levels of the records of a content. */
async function levelsOf(store: Store, hash: string): Promise<readonly Level[]> {
  const levels: Level[] = []
  for await (const page of recordPages(store, { collection: 'objects', limit: pageSize })) {
    for (const { id, sensitivity } of page) if (hashOf(id) === hash) levels.push(sensitivity)
  }
  return levels
}
