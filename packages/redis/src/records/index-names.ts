import { hasTrait } from '@skein/memory/store'
import type { Collection, RecordFilter, RecordMeta } from '@skein/memory/store'

// Indexes are sorted sets of ids by `seq`. The suffix of their key names what their records have in common.

/** The index of a whole collection. */
const everything = '*'
/** The index by name: all its scores are 0, so that the server sorts ids by their bytes. */
export const byName = '='

/** The suffix of an index by task (t), author (a), tag (g) or source (s). */
function indexName(kind: 't' | 'a' | 'g' | 's', name: string): string {
  return `${kind}:${encodeURIComponent(name)}`
}

/** The indexes that list a record, separated by commas. Journals are listed by author too; other authors are filtered. */
export function indexesOf(collection: Collection, { task, author, tags, derivedFrom }: RecordMeta): string {
  let indexes: string = everything
  if (hasTrait(collection, 'named')) indexes += `,${byName}`
  if (task !== undefined) indexes += `,${indexName('t', task)}`
  if (hasTrait(collection, 'journal')) indexes += `,${indexName('a', author)}`
  for (const tag of tags) indexes += `,${indexName('g', tag)}`
  for (const source of derivedFrom) indexes += `,${indexName('s', source)}`
  return indexes
}

/** The indexes for a query: of all that match, each is in one of them at least. */
export function indexesFor(query: RecordFilter): readonly string[] {
  const { anySource } = query
  return anySource ? [...anySource].map((source) => indexName('s', source)) : [indexFor(query)]
}

/** The index that probably lists the fewest other records than those that a filter asks for. */
function indexFor({ collection, derivedFrom, task, tags, author }: RecordFilter): string {
  if (derivedFrom !== undefined) return indexName('s', derivedFrom)
  if (task !== undefined) return indexName('t', task)
  if (tags?.[0] !== undefined) return indexName('g', tags[0])
  if (author !== undefined && hasTrait(collection, 'journal')) return indexName('a', author)
  return everything
}

/** All indexes that a record must be in to pass a filter, separated by commas; first the one that {@link indexFor} names. */
export function indexesOfFilter(filter: RecordFilter): string {
  const { derivedFrom, task, tags = [] } = filter
  const names = [indexFor(filter)]
  if (derivedFrom !== undefined) names.push(indexName('s', derivedFrom))
  if (task !== undefined) names.push(indexName('t', task))
  for (const tag of tags) names.push(indexName('g', tag))
  return [...new Set(names)].join(',')
}
