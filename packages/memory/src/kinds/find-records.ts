import type { Actor } from '../space/actor.ts'
import type { Include, Shown } from '../space/shown.ts'
import { parseQuery } from '../search/query-words.ts'
import { searchableText } from '../search/searchable-text.ts'
import { hasPhrase } from '../search/snippet.ts'
import type { MatchPlace, RecordFilter, SearchAnswer } from '../store/query.ts'
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

/** How many records that have the words of a phrase are looked at for the phrase itself. */
const mostLookedAt = 50_000

/**
 * The records that match words, best first, not yet noted as read. Phrases in quotation marks are looked up in the texts
 * of the records that have their words, from the best one on, until there are enough, in 50,000 texts at most.
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
  const found: StoredRecord[] = []
  const scoreOf = new Map<number, number>()
  let below: MatchPlace | undefined
  for (let lookedAt = 0; lookedAt < mostLookedAt;) {
    const asked = phrases.length === 0 ? limit : below ? limits.page : Math.max(limit, 200)
    const { records, scores } = await actor.search({ ...filter, words, limit: asked, below }, include)
    for (const record of records) if (hasPhrases(record, phrases)) found.push(record)
    for (const [seq, score] of scores) {
      scoreOf.set(seq, score)
      below = { seq, score }
    }
    lookedAt += scores.size
    if (phrases.length === 0 || found.length >= limit || scores.size < asked) break
  }
  return { records: found.slice(0, limit), scores: scoreOf }
}

function hasPhrases({ collection, id, value }: StoredRecord, phrases: readonly string[]): boolean {
  if (phrases.length === 0) return true
  const words = searchableText(decodeJson(value))
  const text = collection === 'facts' ? `${id}\n${words}` : words
  return phrases.every((phrase) => hasPhrase(text, phrase))
}
