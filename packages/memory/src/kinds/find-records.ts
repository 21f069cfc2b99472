import type { Actor } from '../space/actor.ts'
import type { Include, Shown } from '../space/shown.ts'
import { parseQuery } from '../search/query-words.ts'
import { searchableText } from '../search/searchable-text.ts'
import { hasPhrase } from '../search/snippet.ts'
import type { RecordFilter, SearchAnswer } from '../store/query.ts'
import type { StoredRecord } from '../store/record.ts'
import { OptionError } from '../values/errors.ts'
import { decodeJson } from '../values/json.ts'
import { limits } from '../values/limits.ts'
import { requireInteger } from '../values/require-option.ts'

/** A record that a search found. */
export interface FoundRecord {
  readonly record: Shown
  readonly score: number
}

/**
 * Finds records by words, best first. Phrases in quotation marks are looked up in the texts
 * of the best 1,000 records that have their words.
 *
 * @throws OptionError, StoreError
 */
export async function findRecords(
  actor: Actor,
  text: string,
  filter: Omit<RecordFilter, 'audience'>,
  limit: number,
  include?: Include,
): Promise<FoundRecord[]> {
  const { records, scores } = await matchRecords(actor, text, filter, limit, include)
  const shown = actor.seeAll(filter.collection, records, 'search', include)
  return shown.map((record) => ({ record, score: scores.get(record.seq) ?? 0 }))
}

/**
 * The records that {@link findRecords} would show, not yet noted as read.
 *
 * @throws OptionError, StoreError
 */
export async function matchRecords(
  actor: Actor,
  text: string,
  filter: Omit<RecordFilter, 'audience'>,
  limit: number,
  include?: Include,
): Promise<SearchAnswer> {
  requireInteger('limit', limit, 1, limits.page)
  if (typeof text !== 'string') throw new OptionError('text', 'a string', text)
  const { words, phrases } = parseQuery(text)
  const first = phrases.length === 0 ? limit : Math.max(limit, 200)
  for (let asked = first; ; asked = limits.page) {
    const { records, scores } = await actor.search({ ...filter, words, limit: asked }, include)
    const found = phrases.length === 0 ? records : records.filter((record) => hasPhrases(record, phrases))
    if (found.length < limit && records.length === asked && asked < limits.page) continue
    return { records: found.slice(0, limit), scores }
  }
}

function hasPhrases({ collection, id, value }: StoredRecord, phrases: readonly string[]): boolean {
  const words = searchableText(decodeJson(value))
  const text = collection === 'facts' ? `${id}\n${words}` : words
  return phrases.every((phrase) => hasPhrase(text, phrase))
}
