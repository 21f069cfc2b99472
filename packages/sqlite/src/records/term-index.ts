import type { SearchQuery } from '@skein/memory/store'

import { filterSql } from './filter-sql.ts'
import type { SpaceSql } from './space-sql.ts'

/** Records of a task that a search looks at one by one rather than asking the index. */
const mostScanned = 2_000

/** Terms as a record's row keeps them: each with a space before and after it. */
export function packTerms(terms: readonly string[]): string {
  return ` ${terms.join(' ')} `
}

/** Finds the records of a space that hold a term. */
export class TermIndex {
  readonly #sql: SpaceSql

  constructor(sql: SpaceSql) {
    this.#sql = sql
  }

  add(place: number, terms: string): void {
    this.#sql('INSERT INTO @texts (rowid, terms) VALUES (?, ?)').run(place, terms)
  }

  remove(place: number): void {
    // Most rows have no terms: a look is cheaper than a delete in the full-text index.
    if (this.#sql('SELECT 1 FROM @texts_docsize WHERE id = ?').get(place) === undefined) return
    this.#sql('DELETE FROM @texts WHERE rowid = ?').run(place)
  }

  /** For each term the `seq` of each record that passes the filter and holds it. */
  holders(query: SearchQuery, now: number): number[][] {
    return this.#isSmall(query) ? this.#scan(query, now) : this.#lookUp(query, now)
  }

  /**
   * Whether a search is restricted to a task of few records: then looking at
   * each is cheaper than the index, whose lists grow with the whole space.
   */
  #isSmall({ collection, task }: SearchQuery): boolean {
    if (task === undefined) return false
    const sql = 'SELECT count(*) FROM (SELECT 1 FROM @records WHERE collection = ? AND task = ? LIMIT ?)'
    const [count] = this.#sql(sql).get(collection, task, mostScanned + 1) as [number]
    return count <= mostScanned
  }

  #scan(query: SearchQuery, now: number): number[][] {
    const { where, values } = filterSql(query, now)
    const sql = `SELECT seq, terms FROM @records r WHERE ${where.join(' AND ')} AND terms IS NOT NULL`
    const rows = this.#sql(sql).all(...values) as [number, string][]
    return query.terms.map((term) => rows.filter(([, terms]) => terms.includes(` ${term} `)).map(([seq]) => seq))
  }

  #lookUp(query: SearchQuery, now: number): number[][] {
    const { where, values } = filterSql(query, now)
    // CROSS JOIN: the index is asked first, once, whatever the planner believes.
    const sql = `SELECT seq FROM @texts CROSS JOIN @records r ON r.row = @texts.rowid
      WHERE @texts MATCH ? AND ${where.join(' AND ')}`
    // Quoted: a term holds letters, digits and marks only, so nothing in it can be an operator of FTS5.
    return query.terms.map((term) => (this.#sql(sql).all(`"${term}"`, ...values) as [number][]).map(([seq]) => seq))
  }

  /**
   * Merges a piece of the index, which drops what was deleted from it.
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
