import { NotFoundError } from '@skein/memory'
import type { View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import type { Collection } from '@skein/memory/store'

import { InputError } from '../open/input-error.ts'

/** A shortened id is looked for among so many records, the newest. */
const depth = 10_000

/**
 * The record with an id; one that ends in … or ... stands for the only record
 * whose id begins so, as tables show them where they are narrow.
 *
 * @throws NotFoundError when there is none that may be seen; InputError when there are several.
 */
export async function findRecord(view: View, collection: Collection, id: string): Promise<AnyRecord> {
  const found = await view.records.get(collection, id)
  if (found) return found
  const start = /^(.+?)(?:…|\.\.\.)$/s.exec(id)?.[1]
  if (start === undefined) throw new NotFoundError(nounOf(collection), id)
  const matches: AnyRecord[] = []
  let cursor: string | undefined
  for (let looked = 0; looked < depth; looked += 1_000) {
    const page = await view.records.list({ collection, limit: 1_000, ...(cursor !== undefined && { cursor }) })
    matches.push(...page.items.filter((record) => record.id.startsWith(start)))
    cursor = page.cursor
    if (cursor === undefined) break
  }
  const [only, ...others] = matches
  if (!only) throw new NotFoundError(nounOf(collection), id)
  if (others.length === 0) return only
  throw new InputError(id, `is how ${matches.length} of the ${collection} begin. Give more of the id.`)
}

/** One record of a collection. */
function nounOf(collection: Collection): string {
  return collection === 'work' ? 'work' : collection.slice(0, -1)
}
