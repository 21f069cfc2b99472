import { covers, matchWords, topMatches } from '@skein/memory/store'
import type { RankedMatch, SearchQuery, TermSource } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { packedTermsOf } from './analysis.ts'
import { forgetBlockWords } from './block-words.ts'
import { indexState } from './index-state.ts'
import type { IndexState, TermsGroup } from './index-state.ts'
import { IndexedTerms } from './indexed-terms.ts'
import { JointTerms, TermsAmong } from './joint-terms.ts'
import { recentTerms } from './recent-terms.ts'
import type { Condition } from './recent-terms.ts'
import { ScannedTerms } from './scanned-terms.ts'
import type { ScannedRow } from './scanned-terms.ts'

/** The most records of a task that a search scans instead of using the index. */
const maxScanned = 2_000

/** The format since which an index finds expired records that have terms. */
const endingFormat = 11

const expiredOf = "SELECT seq, length(terms) - length(replace(terms, ' ', '')) - 1, level, compartments FROM @records"
// The signs keep SQLite from any other index.
const selectExpired = `${expiredOf}
  WHERE collection = ? AND expires_at <= ? AND terms IS NOT NULL AND +deleted = 0 AND +seq <= ?`
const selectExpiredOlder = `${expiredOf}
  WHERE +collection = ? AND expires_at <= ? AND +terms IS NOT NULL AND +deleted = 0 AND +seq <= ?`

/** What {@link searchTerms} needs of a search. */
export interface TermSearch {
  readonly query: SearchQuery
  readonly now: number
  /** The whole filter of the query. */
  readonly filter: Condition
  /** That part of it on which the weights of words depend: collection, audience and task. */
  readonly scope: Condition
}

/** Finds the best matches of a query in a space, through one snapshot of it. */
export function searchTerms(sql: SpaceSql, search: TermSearch): RankedMatch[] {
  const { query, filter, scope } = search
  const passes = filter.where.length > scope.where.length ? filterOf(sql, filter) : undefined
  return topMatches(matchWords(query.words, sourceOf(sql, search)), {
    limit: query.limit,
    below: query.below,
    seqOf: (seq) => seq,
    passes: (seq) => !query.except?.has(seq) && (passes?.(seq) ?? true),
  })
}

/** Whether a record passes a filter that asks for more than the scope, in which all terms are. */
function filterOf(sql: SpaceSql, { where, values }: Condition): (seq: number) => boolean {
  const passing = sql(`SELECT 1 FROM @records r WHERE ${where.join(' AND ')} AND seq = ?`)
  return (seq) => passing.get(...values, seq) !== undefined
}

function sourceOf(sql: SpaceSql, search: TermSearch): TermSource {
  const { query, scope } = search
  const state = indexState(sql)
  if (!state.isAnalyzed) {
    forgetBlockWords(sql)
    return new ScannedTerms(scanValues(sql, scope))
  }
  if (query.task === undefined) return allTerms(sql, search, state)
  // Scanning a task of few records is cheaper than using the index, whose lists grow with the whole space.
  const few = 'SELECT count(*) FROM (SELECT 1 FROM @records WHERE collection = ? AND task = ? AND deleted = 0 LIMIT ?)'
  const [count] = sql(few).get(query.collection, query.task, maxScanned + 1) as [number]
  if (count <= maxScanned) return new ScannedTerms(scan(sql, scope))
  const lengths = `SELECT seq, length(terms) - length(replace(terms, ' ', '')) - 1 FROM @records r
    WHERE ${scope.where.join(' AND ')} AND terms IS NOT NULL`
  const inTask = sql(lengths).all(...scope.values) as [seq: number, length: number][]
  const length = inTask.reduce((sum, [, one]) => sum + one, 0)
  return new TermsAmong(allTerms(sql, search, state), new Set(inTask.map(([seq]) => seq)), {
    records: inTask.length,
    length,
  })
}

/** The terms of all that the audience may see, whatever its task. */
function allTerms(sql: SpaceSql, { query, now, scope }: TermSearch, state: IndexState): TermSource {
  const { collection, audience } = query
  const { indexed } = state
  const seen = (state.groups.get(collection) ?? []).filter(
    ({ label }) => label && (!audience || covers(audience, label)),
  )
  // What has expired is in blocks until it is swept.
  const expired = sql.format < endingFormat ? selectExpiredOlder : selectExpired
  const left = sql(expired).all(collection, now, indexed) as [number, number, number, string][]
  const places = new Set(left.length > 0 ? seen.map(placeOf) : [])
  const leftHere = left.filter(([, , level, compartments]) => places.has(placeOf({ level, compartments })))
  const older = new IndexedTerms(sql, seen, state, new Map(leftHere.map(([seq, length]) => [seq, length])))
  const ofRecent = { where: [...scope.where, 'seq > ?'], values: [...scope.values, indexed] }
  return new JointTerms(older, recentTerms(sql, ofRecent, now, state.version))
}

function placeOf({ level, compartments }: Pick<TermsGroup, 'level' | 'compartments'>): string {
  return `${level} ${compartments}`
}

function scan(sql: SpaceSql, { where, values }: Condition): ScannedRow[] {
  const rows = `SELECT seq, terms FROM @records r WHERE ${where.join(' AND ')} AND terms IS NOT NULL ORDER BY seq`
  return sql(rows).all(...values) as [number, string][]
}

/** In a file of an older format, or whose terms another version of the analysis made, values are all there is. */
function* scanValues(sql: SpaceSql, { where, values }: Condition): Generator<ScannedRow> {
  const rows = `SELECT seq, value FROM @records r WHERE ${where.join(' AND ')} AND terms IS NOT NULL ORDER BY seq`
  for (const [seq, value] of sql(rows).all(...values) as [number, string][]) {
    const terms = packedTermsOf(value)
    if (terms !== null) yield [seq, terms]
  }
}
