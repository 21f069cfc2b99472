import type { SpaceSql } from '../file/space-sql.ts'
import { ScannedTerms } from './scanned-terms.ts'

/** The condition of a filter over the table `@records r`, with the values of its placeholders. */
export interface Condition {
  readonly where: readonly string[]
  readonly values: readonly unknown[]
}

interface Cached {
  /** What the file and this connection had come to. */
  readonly state: string
  /** When the first of the records expires. */
  readonly until: number
  readonly terms: ScannedTerms
}

const caches = new WeakMap<SpaceSql, Map<string, Cached>>()
/** Different askers that search by turns. */
const mostCached = 16

/**
 * The terms of the records that are in no block yet. They are scanned again only after a change.
 *
 * @param condition - Of the records that the asker may see, after those in blocks.
 * @param state - What the file and this connection have come to.
 */
export function recentTerms(sql: SpaceSql, { where, values }: Condition, now: number, state: string): ScannedTerms {
  const cache = caches.get(sql) ?? new Map<string, Cached>()
  caches.set(sql, cache)
  // The time is the second value of every condition.
  const name = JSON.stringify([where, values.toSpliced(1, 1)])
  const known = cache.get(name)
  if (known && known.state === state && now < known.until) return known.terms
  const rows = sql(`SELECT seq, terms, expires_at FROM @records r WHERE ${where.join(' AND ')} AND terms IS NOT NULL
    ORDER BY seq`).all(...values) as [seq: number, terms: string, expiresAt: number | null][]
  let until = Infinity
  for (const [, , expiresAt] of rows) if (expiresAt !== null) until = Math.min(until, expiresAt)
  const terms = new ScannedTerms(rows.map(([seq, packed]) => [seq, packed]))
  if (cache.size >= mostCached) cache.clear()
  cache.set(name, { state, until, terms })
  return terms
}
