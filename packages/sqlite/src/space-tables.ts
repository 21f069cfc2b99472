import { decideMutation, rankMatches } from '@skein/memory'
import type {
  ChangePage,
  Commit,
  Mutation,
  RecordKey,
  RecordPage,
  RecordQuery,
  Row,
  SearchAnswer,
  SearchQuery,
  Seq,
  Verdict,
  Written,
} from '@skein/memory'
import type { Database } from 'better-sqlite3'

import { standIn, warnOfDamage } from './damaged-row.ts'
import { filterSql } from './filter-sql.ts'
import { columns, packRow, unpackChange, unpackIntact, unpackRow } from './record-row.ts'
import type { RawChange, RawRow } from './record-row.ts'
import { spaceSql } from './space-sql.ts'
import type { SpaceSql } from './space-sql.ts'
import { packTerms, TermIndex } from './term-index.ts'

/** A row with its place in the table. */
interface Placed extends Row {
  readonly place: number
  /** Whether it only stands in for a row that can't be read. */
  readonly isDamaged?: boolean
}

/** A batch that was applied inside the running transaction, and the rows that it changed. */
export interface Applied {
  readonly commit: Commit
  readonly changed: readonly Row[]
}

/** Where {@link RawRow} has its `seq`. */
const seqColumn = 4

/** The tables of one space, through one connection. Synchronous; whoever calls it owns the transaction. */
export class SpaceTables {
  readonly #sql: SpaceSql
  readonly #terms: TermIndex
  readonly #warn: (raw: RawRow) => void

  constructor(db: Database, number: number) {
    this.#sql = spaceSql(db, number)
    this.#terms = new TermIndex(this.#sql)
    this.#warn = (raw) => warnOfDamage(db.name, number, raw)
  }

  /** @throws CorruptRecordError */
  read(key: RecordKey): Placed | undefined {
    const [place, ...row] = this.#rawOf(key) ?? []
    return place === undefined ? undefined : { ...unpackRow(row as RawRow), place }
  }

  /**
   * The row that a mutation is about. One that replaces or removes it whatever
   * it says need not be able to read it.
   *
   * @throws CorruptRecordError when a condition has to be checked against a damaged row.
   */
  #before(mutation: Mutation, now: number): Placed | undefined {
    if (mutation.ifVersion !== undefined) return this.read(mutation.key)
    const [place, ...row] = this.#rawOf(mutation.key) ?? []
    if (place === undefined) return undefined
    const intact = unpackIntact(row as RawRow)
    return intact ? { ...intact, place } : { ...standIn(mutation.key, row as RawRow, now), place, isDamaged: true }
  }

  #rawOf({ collection, id }: RecordKey): [number, ...RawRow] | undefined {
    const sql = `SELECT row, ${columns} FROM @records WHERE collection = ? AND id = ?`
    return this.#sql(sql).get(collection, id) as [number, ...RawRow] | undefined
  }

  /** Applies a batch, or nothing of it when one of its conditions does not hold. */
  apply(batch: readonly Mutation[], now: number): Applied {
    let seq = this.last()
    const rows = batch.map((mutation) => this.#before(mutation, now))
    const verdicts: Exclude<Verdict, { type: 'refuse' }>[] = []
    for (const [index, mutation] of batch.entries()) {
      const verdict = decideMutation(mutation, {
        row: rows[index],
        guardRow: mutation.guard && this.read(mutation.guard.key),
        now,
        seq: seq + 1,
        floor: rows[index] ? 0 : this.#floorOf(mutation.key.collection),
      })
      if (verdict.type === 'refuse') {
        return { commit: { ok: false, refusal: { index, ...verdict.refusal } }, changed: [] }
      }
      if (verdict.type === 'put' && verdict.change) seq += 1
      verdicts.push(verdict)
    }
    const written: Written[] = []
    const changed: Row[] = []
    for (const [index, verdict] of verdicts.entries()) {
      written.push(verdict.written)
      if (verdict.type === 'nothing') continue
      this.#put(batch[index] as Mutation, verdict.row, rows[index])
      if (verdict.change) changed.push(verdict.row)
    }
    return { commit: { ok: true, written }, changed }
  }

  #put(mutation: Mutation, row: Row, before: Placed | undefined): void {
    if (mutation.type === 'touch') {
      const sql = 'UPDATE @records SET expires_at = ?, checksum = ? WHERE row = ?'
      this.#sql(sql).run(row.record.expiresAt, packRow(row).at(-1), before?.place)
      return
    }
    if (mutation.type === 'reseal') {
      const sql = 'UPDATE @records SET value = ?, checksum = ?, terms = NULL WHERE row = ?'
      this.#sql(sql).run(row.record.value, packRow(row).at(-1), before?.place)
      this.#terms.remove(before?.place as number)
      return
    }
    const terms = mutation.type === 'set' && mutation.terms ? packTerms(mutation.terms) : null
    const place = before ? this.#replace(row, before, terms) : this.#insert(row, terms)
    for (const source of row.record.derivedFrom) {
      this.#sql('INSERT OR IGNORE INTO @uses (source, row) VALUES (?, ?)').run(source, place)
    }
    if (terms !== null) this.#terms.add(place, terms)
  }

  #insert(row: Row, terms: string | null): number {
    const marks = columns.replaceAll(/\w+/g, '?')
    const sql = `INSERT INTO @records (${columns}, terms) VALUES (${marks}, ?)`
    return Number(this.#sql(sql).run(...packRow(row), terms).lastInsertRowid)
  }

  #replace(row: Row, before: Placed, terms: string | null): number {
    const { place } = before
    const sets = columns.replaceAll(/\w+/g, '$& = ?')
    this.#sql(`UPDATE @records SET ${sets}, terms = ? WHERE row = ?`).run(...packRow(row), terms, place)
    this.#forget(before)
    return place
  }

  /** Takes a row out of the indexes beside the table. */
  #forget({ place, record, isDamaged }: Placed): void {
    for (const source of record.derivedFrom) {
      this.#sql('DELETE FROM @uses WHERE source = ? AND row = ?').run(source, place)
    }
    // Nobody knows its sources any more: this looks through the whole table.
    if (isDamaged) this.#sql('DELETE FROM @uses WHERE row = ?').run(place)
    this.#terms.remove(place)
  }

  /** See {@link TermIndex.merge}. */
  mergeTerms(): boolean {
    return this.#terms.merge()
  }

  query(query: RecordQuery, now: number): RecordPage {
    const { where, values } = filterSql(query, now)
    const isOldest = query.order === 'oldest'
    if (query.after !== undefined) {
      where.push(isOldest ? 'seq > ?' : 'seq < ?')
      values.push(query.after)
    }
    const sql = `SELECT ${columns} FROM @records r WHERE ${where.join(' AND ')} ORDER BY seq ${isOldest ? 'ASC' : 'DESC'} LIMIT ?`
    const raw = this.#sql(sql).all(...values, query.limit + 1) as RawRow[]
    const page = raw.slice(0, query.limit)
    const records = page.flatMap((row) => this.#intact(row)?.record ?? [])
    // A page may end with a damaged row: the next one begins after that all the same.
    return raw.length > query.limit ? { records, next: page.at(-1)?.[seqColumn] } : { records }
  }

  search(query: SearchQuery, now: number): SearchAnswer {
    const { best, frequencies, matches } = rankMatches(this.#terms.holders(query, now), query.limit)
    const sql = `SELECT ${columns} FROM @records WHERE collection = ? AND seq = ?`
    const records = best.flatMap(({ seq }) => {
      const raw = this.#sql(sql).get(query.collection, seq) as RawRow | undefined
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

  /** The newest `seq`; 0 when nothing was ever written. */
  last(): Seq {
    return (this.#sql('SELECT max(seq) FROM @changes').get() as [number | null])[0] ?? 0
  }

  changes(after: Seq, limit: number): ChangePage {
    const raw = this.#sql('SELECT * FROM @changes WHERE seq > ? ORDER BY seq LIMIT ?').all(after, limit) as RawChange[]
    const first = (this.#sql('SELECT min(seq) FROM @changes').get() as [number | null])[0]
    return {
      changes: raw.map((row) => unpackChange(row)),
      last: this.last(),
      trimmed: first !== null && after + 1 < first,
    }
  }

  /** Deletes up to `limit` expired rows, damaged ones too, remembering the highest version that goes. */
  sweep(limit: number, now: number): number {
    const raw = this.#sql(`SELECT row, ${columns} FROM @records WHERE expires_at <= ? LIMIT ?`).all(now, limit) as [
      number,
      ...RawRow,
    ][]
    for (const [place, ...row] of raw) {
      const intact = unpackIntact(row)
      const [collection, id] = row
      const placed = intact
        ? { ...intact, place }
        : { ...standIn({ collection, id }, row, now), place, isDamaged: true }
      const { record } = placed
      this.#forget(placed)
      this.#sql('DELETE FROM @records WHERE row = ?').run(place)
      const sql =
        'INSERT INTO @floors VALUES (?, ?) ON CONFLICT (collection) DO UPDATE SET version = max(version, excluded.version)'
      this.#sql(sql).run(record.collection, record.version)
    }
    return raw.length
  }

  /**
   * Forgets up to `limit` changes from the beginning of the feed that are both
   * beyond the number and beyond the age that it keeps. It stops at the first
   * that is not: after a clock was set back older ones may stand behind that.
   */
  trim(keep: { readonly maxChanges: number; readonly maxChangeAgeMs: number }, limit: number, now: number): void {
    const sql = 'SELECT seq, at FROM @changes WHERE seq <= ? ORDER BY seq LIMIT ?'
    const beyond = this.#sql(sql).all(this.last() - keep.maxChanges, limit) as [seq: Seq, at: number][]
    const young = beyond.findIndex(([, at]) => at >= now - keep.maxChangeAgeMs)
    const last = (young < 0 ? beyond : beyond.slice(0, young)).at(-1)
    if (last) this.#sql('DELETE FROM @changes WHERE seq <= ?').run(last[0])
  }

  putObject(hash: string, bytes: Uint8Array): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#sql('INSERT OR IGNORE INTO @objects (hash, bytes) VALUES (?, ?)').run(hash, buffer)
  }

  getObject(hash: string, range: { readonly start: number; readonly end: number } | undefined): Uint8Array | undefined {
    const found = range
      ? this.#sql('SELECT substr(bytes, ? + 1, ?) FROM @objects WHERE hash = ?').get(
          range.start,
          range.end - range.start,
          hash,
        )
      : this.#sql('SELECT bytes FROM @objects WHERE hash = ?').get(hash)
    return (found as [Buffer] | undefined)?.[0]
  }

  hasObject(hash: string): boolean {
    return this.#sql('SELECT 1 FROM @objects WHERE hash = ?').get(hash) !== undefined
  }

  deleteObject(hash: string): void {
    this.#sql('DELETE FROM @objects WHERE hash = ?').run(hash)
  }

  #floorOf(collection: string): number {
    const found = this.#sql('SELECT version FROM @floors WHERE collection = ?').get(collection)
    return (found as [number] | undefined)?.[0] ?? 0
  }
}
