import { parseQuery } from '../search/query-words.ts'
import { fuseRanks } from '../search/fuse-ranks.ts'
import type { Actor } from '../space/actor.ts'
import type { SearchBy } from '../space/meaning-search.ts'
import type { Include } from '../space/shown.ts'
import type { RecordFilter, SearchAnswer } from '../store/query.ts'
import { AccessError, EmbedderError, OptionError } from '../values/errors.ts'
import { limits } from '../values/limits.ts'
import { requireInteger } from '../values/require-option.ts'
import { requireSearchBy } from '../vectors/embedder.ts'
import { matchRecords } from './find-records.ts'
import type { FoundRecord } from './find-records.ts'

/** From each order, so many are fused, however many are asked for: so the first ones don't depend on that. */
const fused = limits.page

/** How records are searched for. */
export interface Finding {
  readonly by?: SearchBy | undefined
  readonly include?: Include | undefined
}

/** Finds records by words, by meaning or by both, best first: see {@link matchBy}. */
export async function findBy(
  actor: Actor,
  text: string,
  filter: Omit<RecordFilter, 'audience'>,
  limit: number,
  how: Finding = {},
): Promise<FoundRecord[]> {
  const { records, scores } = await matchBy(actor, text, filter, limit, how)
  const shown = actor.seeAll(filter.collection, records, 'search', how.include)
  return shown.map((record) => ({ record, score: scores.get(record.seq) ?? 0 }))
}

/**
 * The records that {@link findBy} would show, not yet noted as read.
 *
 * @param how - Without `by`, it is what the memory was opened with, and where the embedder fails, words.
 * @throws OptionError, StoreError; EmbedderError, AccessError if the search names `meaning` or `both`.
 */
export async function matchBy(
  actor: Actor,
  text: string,
  filter: Omit<RecordFilter, 'audience'>,
  limit: number,
  { by, include }: Finding,
): Promise<SearchAnswer> {
  requireInteger('limit', limit, 1, limits.page)
  if (typeof text !== 'string') throw new OptionError('text', 'a string', text)
  if (by !== undefined) requireSearchBy('by', by)
  const isOptional = by === undefined
  const way = wayOf(actor, filter, text, by)
  if (way !== 'words') {
    try {
      const answer = await (way === 'meaning'
        ? actor.searchMeaning({ ...filter, text, limit, isOptional }, include)
        : both(actor, text, { ...filter, isOptional }, include))
      return { records: answer.records.slice(0, limit), scores: answer.scores }
    } catch (error) {
      if (!isOptional || !(error instanceof EmbedderError || error instanceof AccessError)) throw error
    }
  }
  return matchRecords(actor, text, filter, limit, include)
}

function wayOf(
  actor: Actor,
  { collection }: Pick<RecordFilter, 'collection'>,
  text: string,
  by: SearchBy | undefined,
): SearchBy {
  const isOfFacts = collection === 'facts'
  const known = isOfFacts && !actor.meaning?.hasFacts ? undefined : actor.meaning
  if (by !== undefined && by !== 'words' && !known) {
    const needed = isOfFacts ? 'search: { embedder, facts }' : 'search: { embedder }'
    throw new OptionError('by', `'words', unless the memory is opened with \`${needed}\``, by)
  }
  const way = by ?? known?.by ?? 'words'
  // A phrase asks for what has these words, which no vector tells.
  return way === 'both' && parseQuery(text).phrases.length > 0 ? 'words' : way
}

async function both(
  actor: Actor,
  text: string,
  { isOptional, ...filter }: Omit<RecordFilter, 'audience'> & { readonly isOptional: boolean },
  include: Include | undefined,
): Promise<SearchAnswer> {
  const { words } = parseQuery(text)
  const answers = await Promise.all([
    actor.search({ ...filter, words, limit: fused }, include),
    actor.searchMeaning({ ...filter, text, limit: fused, isOptional }, include),
  ])
  const records = new Map(answers.flatMap((answer) => answer.records.map((record) => [record.seq, record] as const)))
  const scores = fuseRanks(answers.map((answer) => answer.records.map(({ seq }) => seq)))
  const order = [...records.values()].toSorted(
    (a, b) => (scores.get(b.seq) ?? 0) - (scores.get(a.seq) ?? 0) || b.seq - a.seq,
  )
  return { records: order, scores }
}
