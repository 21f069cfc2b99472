import { rankMatches } from '@skein/memory/store'
import type {
  ChangePage,
  RecordKey,
  RecordPage,
  RecordQuery,
  Row,
  SearchAnswer,
  SearchQuery,
  Seq,
} from '@skein/memory/store'
import type { Database } from 'better-sqlite3'

import { warnOfDamage } from './damaged-row.ts'
import { filterSql } from './filter-sql.ts'
import { columns, unpackChange, unpackIntact, unpackRow } from './record-row.ts'
import type { RawChange, RawRow } from './record-row.ts'
import { spaceSql } from './space-sql.ts'
import type { SpaceSql } from './space-sql.ts'
import { TermIndex } from './term-index.ts'

/** Where {@link RawRow} has its `seq`. */
const seqColumn = 4

const selectRow = `SELECT ${columns} FROM @records WHERE collection = ? AND id = ?`

/** What can be read of one space through one connection, and its objects. Synchronous. */
export class SpaceTables {
  readonly sql: SpaceSql
  readonly #terms: TermIndex
  readonly #warn: (raw: RawRow) => void

  constructor(db: Database, number: number) {
    this.sql = spaceSql(db, number)
    this.#terms = new TermIndex(this.sql)
    this.#warn = (raw) => warnOfDamage(db.name, number, raw)
  }

  /** @throws CorruptRecordError */
  read({ collection, id }: RecordKey): Row | undefined {
    const raw = this.sql(selectRow).get(collection, id) as RawRow | undefined
    return raw && unpackRow(raw)
  }

  query(query: RecordQuery, now: number): RecordPage {
    const { where, values } = filterSql(query, now)
    const isOldest = query.order === 'oldest'
    if (query.after !== undefined) {
      where.push(isOldest ? 'seq > ?' : 'seq < ?')
      values.push(query.after)
    }
    const sql = `SELECT ${columns} FROM @records r WHERE ${where.join(' AND ')} ORDER BY seq ${isOldest ? 'ASC' : 'DESC'} LIMIT ?`
    const raw = this.sql(sql).all(...values, query.limit + 1) as RawRow[]
    const page = raw.slice(0, query.limit)
    const records = page.flatMap((row) => this.#intact(row)?.record ?? [])
    // A page may end with a damaged row: the next one begins after that all the same.
    return raw.length > query.limit ? { records, next: page.at(-1)?.[seqColumn] } : { records }
  }

  search(query: SearchQuery, now: number): SearchAnswer {
    const { best, frequencies, matches } = rankMatches(this.#terms.holders(query, now), query.limit)
    const sql = `SELECT ${columns} FROM @records WHERE collection = ? AND seq = ?`
    const records = best.flatMap(({ seq }) => {
      const raw = this.sql(sql).get(query.collection, seq) as RawRow | undefined
      return (raw && this.#intact(raw)?.record) ?? []
    })
    return { records, frequencies, matches }
  }

  /** The row, unless it is damaged: then one warning, since the others are as good as ever. */
  #intact(raw: RawRow): Row | undefined {
    const row = unpackIntact(raw)
    if (!row) this.#warn(raw)
    return row
  }

  changes(after: Seq, limit: number): ChangePage {
    const raw = this.sql('SELECT * FROM @changes WHERE seq > ? ORDER BY seq LIMIT ?').all(after, limit) as RawChange[]
    const first = (this.sql('SELECT min(seq) FROM @changes').get() as [number | null])[0]
    return {
      changes: raw.map((row) => unpackChange(row)),
      last: lastSeq(this.sql),
      trimmed: first !== null && after + 1 < first,
    }
  }

  putObject(hash: string, bytes: Uint8Array): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.sql('INSERT OR IGNORE INTO @objects (hash, bytes) VALUES (?, ?)').run(hash, buffer)
  }

  getObject(hash: string, range: { readonly start: number; readonly end: number } | undefined): Uint8Array | undefined {
    const found = range
      ? this.sql('SELECT substr(bytes, ? + 1, ?) FROM @objects WHERE hash = ?').get(
          range.start,
          range.end - range.start,
          hash,
        )
      : this.sql('SELECT bytes FROM @objects WHERE hash = ?').get(hash)
    return (found as [Buffer] | undefined)?.[0]
  }

  hasObject(hash: string): boolean {
    return this.sql('SELECT 1 FROM @objects WHERE hash = ?').get(hash) !== undefined
  }

  deleteObject(hash: string): void {
    this.sql('DELETE FROM @objects WHERE hash = ?').run(hash)
  }
}

/** The newest `seq` of a space; 0 when nothing was ever written there. */
export function lastSeq(sql: SpaceSql): Seq {
  return (sql('SELECT max(seq) FROM @changes').get() as [number | null])[0] ?? 0
}
