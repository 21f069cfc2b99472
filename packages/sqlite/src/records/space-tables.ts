import { beyondPrefix, isSameFeed } from '@skein/memory/store'
import type {
  ChangePage,
  NamePage,
  NameQuery,
  PastVersion,
  RangeCheckMutation,
  RecordKey,
  RecordPage,
  RecordPlace,
  RecordQuery,
  Row,
  SearchAnswer,
  SearchQuery,
  Seq,
} from '@skein/memory/store'

import type { Database, Statement } from '../file/database.ts'
import { unpackChange } from './change-row.ts'
import type { RawChange } from './change-row.ts'
import { warnOfDamage } from './damaged-row.ts'
import { feedStarts, lastStart } from './feed-start.ts'
import { filterSql } from './filter-sql.ts'
import { ObjectTable } from './object-table.ts'
import { PastTable } from './past-table.ts'
import { columns, requireSameKey, unpackIntact, unpackRow } from './record-row.ts'
import type { RawRow } from './record-row.ts'
import { spaceSql } from '../file/space-sql.ts'
import type { SpaceSql } from '../file/space-sql.ts'
import { searchTerms } from '../terms/term-index.ts'

/** The index of `seq` in a {@link RawRow}. */
const seqColumn = 4

const selectNewest = 'SELECT max(seq) FROM @changes WHERE collection = ? AND id = ? AND seq > ?'

const selectRow = `SELECT ${columns} FROM @records WHERE collection = ? AND id = ?`

/** From so many records that name a source on, sorting them costs more than looking through their collection. */
const manyUses = 200
/** The same for records that name one of many sources. */
const manyUsesOfAny = 5_000

/** Reads one space through one connection. Synchronous. */
export class SpaceTables {
  readonly sql: SpaceSql
  readonly objects: ObjectTable
  readonly past: PastTable
  readonly #selectIncarnation: Statement
  readonly #selectNewer: string
  readonly #number: number
  readonly #warn: (raw: RawRow) => void
  readonly #inOneSnapshot: <Result>(read: () => Result) => Result

  constructor(db: Database, number: number) {
    this.#selectIncarnation = db.prepare('SELECT incarnation FROM spaces WHERE number = ?').pluck()
    this.#number = number
    this.sql = spaceSql(db, number)
    // Before format 5 changes of sealed records had no index, so this looks at all changes.
    this.#selectNewer = this.sql.format < 5 ? selectNewest : `${selectNewest} AND sealed = 1`
    this.objects = new ObjectTable(this.sql)
    this.past = new PastTable(this.sql)
    const begin = db.prepare('BEGIN')
    const commit = db.prepare('COMMIT')
    this.#inOneSnapshot = (read) => {
      if (db.inTransaction) return read()
      begin.run()
      try {
        return read()
      } finally {
        // Some errors end a transaction by themselves.
        if (db.inTransaction) commit.run()
      }
    }
    this.#warn = (raw) => warnOfDamage(db.name, number, raw)
  }

  /** @throws CorruptRecordError */
  read(key: RecordKey): Row | undefined {
    const raw = this.sql(selectRow).get(key.collection, key.id) as RawRow | undefined
    return raw && requireSameKey(unpackRow(raw), key)
  }

  query(query: RecordQuery, now: number): RecordPage {
    const { where, values } = filterSql(this.sql, query, now)
    const isOldest = query.order === 'oldest'
    if (query.after !== undefined) {
      where.push(isOldest ? 'seq > ?' : 'seq < ?')
      values.push(query.after)
    }
    // Without an index, SQLite begins with the rows that name the source. With one it would look through the collection.
    const uses = this.#usesFor(query)
    if (uses === 'none') return { records: [] }
    const by = uses === 'few' ? 'NOT INDEXED' : ''
    const sql = `SELECT ${columns} FROM @records r ${by} WHERE ${where.join(' AND ')} ORDER BY seq ${isOldest ? 'ASC' : 'DESC'} LIMIT ?`
    const raw = this.sql(sql).all(...values, query.limit + 1) as RawRow[]
    const page = raw.slice(0, query.limit)
    const records = page.flatMap((row) => this.#intact(row)?.record ?? [])
    // If a page ends with a damaged row, the next one begins after that row.
    return raw.length > query.limit ? { records, next: page.at(-1)?.[seqColumn] } : { records }
  }

  /** How many records name the sources that a query asks for. */
  #usesFor({ derivedFrom, anySource }: RecordQuery): 'none' | 'few' | 'many' {
    const sources = anySource ?? (derivedFrom === undefined ? undefined : [derivedFrom])
    if (!sources) return 'many'
    const most = anySource ? manyUsesOfAny : manyUses
    const sql = 'SELECT count(*) FROM (SELECT 1 FROM @uses WHERE source IN (SELECT value FROM json_each(?)) LIMIT ?)'
    const [count] = this.sql(sql).get(JSON.stringify([...sources]), most) as [number]
    if (count === 0) return 'none'
    return count < most ? 'few' : 'many'
  }

  /** By the index of keys, which SQLite keeps in the order of UTF-8. */
  list(query: NameQuery, now: number): NamePage {
    const { where, values } = filterSql(this.sql, query, now)
    const { prefix, after, limit } = query
    const bounds = [
      ['id >= ?', prefix],
      ['id < ?', beyondPrefix(prefix)],
      ['id > ?', after],
    ]
    for (const [condition, value] of bounds) {
      if (value === undefined) continue
      where.push(condition as string)
      values.push(value)
    }
    const sql = `SELECT ${columns} FROM @records r WHERE ${where.join(' AND ')} ORDER BY id LIMIT ?`
    const raw = this.sql(sql).all(...values, limit + 1) as RawRow[]
    const page = raw.slice(0, limit)
    const records = page.flatMap((row) => this.#intact(row)?.record ?? [])
    return raw.length > limit ? { records, next: page.at(-1)?.[1] as string } : { records }
  }

  /** Whether the list of a range shows no record that was written after its position; `last` is the newest one. */
  isUnwritten(check: RangeCheckMutation, last: Seq, now: number): boolean {
    if (!isSameFeed(check, last, this.#incarnation())) return false
    const { key, after, filter } = check
    const { where, values } = filterSql(this.sql, { ...filter, collection: key.collection }, now)
    const beyond = beyondPrefix(key.id)
    where.push('seq > ?', 'id >= ?', ...(beyond === undefined ? [] : ['id < ?']))
    values.push(after, key.id, ...(beyond === undefined ? [] : [beyond]))
    return this.sql(`SELECT 1 FROM @records r WHERE ${where.join(' AND ')} LIMIT 1`).get(...values) === undefined
  }

  search(query: SearchQuery, now: number): SearchAnswer {
    const { collection, audience, task } = query
    const filter = filterSql(this.sql, query, now)
    const scope = filterSql(this.sql, { collection, audience, task }, now)
    const sql = `SELECT ${columns} FROM @records WHERE collection = ? AND deleted = 0
      AND seq IN (SELECT value FROM json_each(?))`
    return this.#inOneSnapshot(() => {
      const best = searchTerms(this.sql, { query, now, filter, scope })
      if (best.length === 0) return { records: [], scores: new Map() }
      const raw = this.sql(sql).all(collection, JSON.stringify(best.map(({ seq }) => seq))) as RawRow[]
      const found = new Map(raw.map((row) => [row[seqColumn], row]))
      const records = best.flatMap(({ seq }) => {
        const row = found.get(seq)
        return (row && this.#intact(row)?.record) ?? []
      })
      return { records, scores: new Map(best.map(({ seq, score }) => [seq, score])) }
    })
  }

  /** Unpacks a row. Warns of a damaged one and leaves it out, since the others are intact. */
  #intact(raw: RawRow): Row | undefined {
    const row = unpackIntact(raw)
    if (!row) this.#warn(raw)
    return row
  }

  /** The past versions of each record, in one snapshot: a writer may put new versions in the places of old ones. */
  pastOf(keys: readonly RecordKey[]): (readonly PastVersion[])[] {
    return this.#inOneSnapshot(() => keys.map((key) => this.past.of(key)))
  }

  changes(after: Seq, limit: number): ChangePage {
    const raw = this.sql('SELECT * FROM @changes WHERE seq > ? ORDER BY seq LIMIT ?').all(after, limit) as RawChange[]
    const last = lastSeq(this.sql)
    const first = (this.sql('SELECT min(seq) FROM @changes').get() as [number | null])[0]
    return {
      changes: raw.map((row) => unpackChange(row)),
      last,
      trimmed: this.#misses(after, first ?? last + 1),
      incarnation: this.#incarnation(),
    }
  }

  /** Whether changes after a position are no longer there, or it is none of the present feed. */
  #misses(after: Seq, first: Seq): boolean {
    if (after + 1 < first) return true
    // Between the last change before a jump and the position where the feed continued there were changes that are lost.
    return feedStarts(this.sql).some((start) => {
      const [before] = this.sql('SELECT max(seq) FROM @changes WHERE seq <= ?').get(start) as [number | null]
      return after < start && after > (before ?? 0)
    })
  }

  /** The position of the newest change of a sealed record after a place. */
  newer({ collection, id, seq }: RecordPlace): Seq | undefined {
    const [newest] = this.sql(this.#selectNewer).get(collection, id, seq) as [number | null]
    return newest ?? undefined
  }

  #incarnation(): string | undefined {
    return this.#selectIncarnation.get(this.#number) as string | undefined
  }
}

/** The newest `seq` of a space; 0 if nothing was ever written there. */
export function lastSeq(sql: SpaceSql): Seq {
  const [last] = sql('SELECT max(seq) FROM @changes').get() as [number | null]
  return Math.max(last ?? 0, lastStart(sql))
}
