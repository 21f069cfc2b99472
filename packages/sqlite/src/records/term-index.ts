import type { SearchQuery } from '@skein/memory/store'

import { filterSql } from './filter-sql.ts'
import type { SpaceSql } from './space-sql.ts'

/** The most records of a task that a search scans instead of using the index. */
const maxScanned = 2_000

/** Packs terms for the column `terms`: each with a space before and after it. */
export function packTerms(terms: readonly string[]): string {
  return ` ${terms.join(' ')} `
}

/** Finds the records of a space that hold a term. */
export class TermIndex {
  readonly #sql: SpaceSql

  constructor(sql: SpaceSql) {
    this.#sql = sql
  }

  /** @param terms - As {@link packTerms} packs them. */
  add(rowId: number, terms: string): void {
    this.#sql('INSERT INTO @texts (rowid, terms) VALUES (?, ?)').run(rowId, terms)
  }

  remove(rowId: number): void {
    // Most rows have no terms, and looking is cheaper than deleting from the full-text index.
    if (this.#sql('SELECT 1 FROM @texts_docsize WHERE id = ?').get(rowId) === undefined) return
    this.#sql('DELETE FROM @texts WHERE rowid = ?').run(rowId)
  }

  /** Finds, for each term, the `seq` of every record that passes the filter and holds it. */
  holders(query: SearchQuery, now: number): number[][] {
    return this.#isSmall(query) ? this.#scan(query, now) : this.#lookUp(query, now)
  }

  /**
   * Whether a search is restricted to a task of few records. Scanning those is
   * cheaper than using the index, whose lists grow with the whole space.
   */
  #isSmall({ collection, task }: SearchQuery): boolean {
    if (task === undefined) return false
    const sql = 'SELECT count(*) FROM (SELECT 1 FROM @records WHERE collection = ? AND task = ? LIMIT ?)'
    const [count] = this.#sql(sql).get(collection, task, maxScanned + 1) as [number]
    return count <= maxScanned
  }

  #scan(query: SearchQuery, now: number): number[][] {
    const { where, values } = filterSql(this.#sql, query, now)
    const sql = `SELECT seq, terms FROM @records r WHERE ${where.join(' AND ')} AND terms IS NOT NULL`
    const rows = this.#sql(sql).all(...values) as [number, string][]
    return query.terms.map((term) => rows.filter(([, terms]) => terms.includes(` ${term} `)).map(([seq]) => seq))
  }

  #lookUp(query: SearchQuery, now: number): number[][] {
    const { where, values } = filterSql(this.#sql, query, now)
    // CROSS JOIN makes the planner use the index first, and only once.
    const sql = `SELECT seq FROM @texts CROSS JOIN @records r ON r.row = @texts.rowid
      WHERE @texts MATCH ? AND ${where.join(' AND ')}`
    // Quoted, and made of letters, digits and marks only, no term can be taken for an operator of FTS5.
    return query.terms.map((term) => (this.#sql(sql).all(`"${term}"`, ...values) as [number][]).map(([seq]) => seq))
  }

  /**
   * Merges a part of the index, which removes deleted entries from it.
   *
   * @returns whether there is more to merge. See https://sqlite.org/fts5.html#the_merge_command
   */
  merge(): boolean {
    const before = this.#totalChanges()
    this.#sql("INSERT INTO @texts (@texts, rank) VALUES ('merge', -200)").run()
    return this.#totalChanges() - before >= 2
  }

  #totalChanges(): number {
    return (this.#sql('SELECT total_changes()').get() as [number])[0]
  }
}
