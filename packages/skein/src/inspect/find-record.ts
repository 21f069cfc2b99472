import { NotFoundError } from '@skein/memory'
import type { View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import type { Collection } from '@skein/memory/store'

import { InputError } from '../open/input-error.ts'

/** A shortened id is searched among so many of the newest records. */
const searchedRecords = 10_000
const pageSize = 1_000
/** What was retracted or superseded is found as well. */
const all = { include: 'all' } as const

/**
 * Finds a record by its id. An id that ends in `…` or `...`, as narrow tables
 * show it, names the only record whose id begins with the rest.
 *
 * @throws NotFoundError when no visible record matches; InputError when several do.
 */
export async function findRecord(view: View, collection: Collection, id: string): Promise<AnyRecord> {
  const found = await view.records.get(collection, id, all)
  if (found) return found
  const prefix = /^(.+?)(?:…|\.\.\.)$/s.exec(id)?.[1]
  if (prefix === undefined) throw new NotFoundError(nounOf(collection), id)
  const matches: AnyRecord[] = []
  let cursor: string | undefined
  for (let searched = 0; searched < searchedRecords; searched += pageSize) {
    const page = await view.records.list({
      ...all,
      collection,
      limit: pageSize,
      ...(cursor !== undefined && { cursor }),
    })
    matches.push(...page.items.filter((record) => record.id.startsWith(prefix)))
    cursor = page.cursor
    if (cursor === undefined) break
  }
  const [only, ...others] = matches
  if (!only) throw new NotFoundError(nounOf(collection), id)
  if (others.length === 0) return only
  throw new InputError(id, `matches ${matches.length} ${collection}. Give more of the id.`)
}

/** The name of one record of a collection. */
function nounOf(collection: Collection): string {
  return collection === 'work' ? 'work' : collection.slice(0, -1)
}
