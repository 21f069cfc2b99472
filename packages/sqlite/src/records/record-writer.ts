import { changeOf, decideMutation } from '@skein/memory/store'
import type { Change, Commit, Mutation, RecordKey, Row, Seq, Verdict } from '@skein/memory/store'

import { standIn } from './damaged-row.ts'
import { RecentRows } from './recent-rows.ts'
import type { Placed } from './recent-rows.ts'
import { columns, packRow, unpackIntact, unpackRow } from './record-row.ts'
import type { RawRow } from './record-row.ts'
import type { SpaceSql } from './space-sql.ts'
import { lastSeq } from './space-tables.ts'
import { packTerms, TermIndex } from './term-index.ts'

/** A batch that was applied inside the running transaction, and the changes that it made. */
export interface Applied {
  readonly commit: Commit
  readonly changes: readonly Change[]
}

/** A row and where it stands: what is beside the columns of the record comes after them. */
type PlacedRow = [...RawRow, place: number, hasTerms: number]

const placed = `${columns}, row, terms IS NOT NULL`
const selectRow = `SELECT ${placed} FROM @records WHERE collection = ? AND id = ?`
const selectExpired = `SELECT ${placed} FROM @records WHERE expires_at <= ? LIMIT ?`
const insertRow = `INSERT INTO @records (${columns}, terms) VALUES (${columns.replaceAll(/\w+/g, '?')}, ?)`
const names = columns.split(', ')
const update = (places: readonly number[], more = ''): string =>
  `UPDATE @records SET ${places.map((place) => `${names[place]} = ?`).join(', ')}${more} WHERE row = ?`
// Places of columns. The key stays as it is: naming it would rewrite its index.
const all = names.map((_, place) => place).slice(2)
const always = ['value', 'version', 'seq', 'updated_at', 'expires_at', 'checksum'].map((name) => names.indexOf(name))
const seldom = all.filter((place) => !always.includes(place))
const updateRow = update(all, ', terms = ?')
/** For most writes, which say something new of what is described as before. */
const updateValue = update(always)
const touchRow = 'UPDATE @records SET expires_at = ?, checksum = ? WHERE row = ?'
const resealRow = 'UPDATE @records SET value = ?, checksum = ?, terms = NULL WHERE row = ?'
const insertUse = 'INSERT OR IGNORE INTO @uses (source, row) VALUES (?, ?)'
const deleteUse = 'DELETE FROM @uses WHERE source = ? AND row = ?'
const raiseFloor =
  'INSERT INTO @floors VALUES (?, ?) ON CONFLICT (collection) DO UPDATE SET version = max(version, excluded.version)'

/**
 * Changes the records of one space, through the one connection that a process
 * has for that. Synchronous; whoever calls it owns the transaction, and tells
 * it to {@link RecordWriter.forget} when that was rolled back or others wrote.
 */
export class RecordWriter {
  readonly #sql: SpaceSql
  readonly #terms: TermIndex
  readonly #recent = new RecentRows()
  /** The newest `seq`, where it is known. */
  #last: Seq | undefined

  constructor(sql: SpaceSql) {
    this.#sql = sql
    this.#terms = new TermIndex(sql)
  }

  /** Forgets what it knows of the tables. */
  forget(): void {
    this.#recent.clear()
    this.#last = undefined
  }

  /**
   * Applies a batch, or nothing of it when one of its conditions does not hold.
   *
   * @throws CorruptRecordError when a condition has to be checked against a damaged row.
   */
  apply(batch: readonly Mutation[], now: number): Applied {
    let last = (this.#last ??= lastSeq(this.#sql))
    const rows: (Placed | undefined)[] = []
    const verdicts: Exclude<Verdict, { type: 'refuse' }>[] = []
    for (const [index, mutation] of batch.entries()) {
      const { key, guard } = mutation
      const row = this.#recent.get(key) ?? this.#before(mutation, now)
      const verdict = decideMutation(mutation, {
        row,
        guardRow: guard && (this.#recent.get(guard.key) ?? this.#read(guard.key)),
        now,
        seq: last + 1,
        floor: row ? 0 : this.#floorOf(key.collection),
      })
      if (verdict.type === 'refuse') {
        return { commit: { ok: false, refusal: { index, ...verdict.refusal } }, changes: [] }
      }
      if (verdict.type === 'put' && verdict.change) last += 1
      rows.push(row)
      verdicts.push(verdict)
    }
    const changes: Change[] = []
    for (const [index, verdict] of verdicts.entries()) {
      if (verdict.type === 'nothing') continue
      this.#put(batch[index] as Mutation, verdict.row, rows[index])
      if (verdict.change) changes.push(changeOf(verdict.row))
    }
    this.#last = last
    return { commit: { ok: true, written: verdicts.map(({ written }) => written) }, changes }
  }

  /** The row of a key. One that a mutation replaces or removes whatever it says need not be readable. */
  #before(mutation: Mutation, now: number): Placed | undefined {
    if (mutation.ifVersion !== undefined) return this.#read(mutation.key)
    const raw = this.#rawOf(mutation.key)
    return raw && unpackPlaced(raw, now)
  }

  /** @throws CorruptRecordError */
  #read(key: RecordKey): Placed | undefined {
    const raw = this.#rawOf(key)
    return raw && { ...unpackRow(raw), ...placeOf(raw) }
  }

  #rawOf({ collection, id }: RecordKey): PlacedRow | undefined {
    return this.#sql(selectRow).get(collection, id) as PlacedRow | undefined
  }

  /** Stores a row in place of the one before. */
  #put(mutation: Mutation, row: Row, before: Placed | undefined): void {
    const packed = packRow(row)
    const checksum = packed.at(-1)
    if (before && mutation.type === 'touch') {
      this.#sql(touchRow).run(row.record.expiresAt, checksum, before.place)
      this.#recent.set(mutation.key, { ...before, ...row, raw: packed })
      return
    }
    if (before && mutation.type === 'reseal') {
      this.#sql(resealRow).run(row.record.value, checksum, before.place)
      this.#terms.remove(before.place)
      this.#recent.set(mutation.key, { ...before, ...row, raw: packed, hasTerms: false })
      return
    }
    const terms = mutation.type === 'set' && mutation.terms ? packTerms(mutation.terms) : null
    const place = before?.place ?? Number(this.#sql(insertRow).run(...packed, terms).lastInsertRowid)
    this.#recent.set(mutation.key, { ...row, raw: packed, place, hasTerms: terms !== null })
    if (before && terms === null && isDescribedAs(before, packed)) {
      this.#sql(updateValue).run(...always.map((column) => packed[column]), place)
      return
    }
    if (before) {
      this.#sql(updateRow).run(...packed.slice(2), terms, place)
      this.#unlink(before, terms !== null)
    }
    for (const source of row.record.derivedFrom) this.#sql(insertUse).run(source, place)
    if (terms !== null) this.#terms.add(place, terms)
  }

  /** Takes a row out of the indexes beside the table. */
  #unlink({ place, record, hasTerms, isDamaged }: Placed, getsTerms = false): void {
    for (const source of record.derivedFrom) this.#sql(deleteUse).run(source, place)
    // Nobody knows its sources any more: this looks through the whole table.
    if (isDamaged) this.#sql('DELETE FROM @uses WHERE row = ?').run(place)
    if (hasTerms || getsTerms || isDamaged) this.#terms.remove(place)
  }

  /** Deletes up to `limit` expired rows, damaged ones too, remembering the highest version that goes. */
  sweep(limit: number, now: number): number {
    const expired = this.#sql(selectExpired).all(now, limit) as PlacedRow[]
    for (const raw of expired) {
      const row = unpackPlaced(raw, now)
      this.#unlink(row)
      this.#sql('DELETE FROM @records WHERE row = ?').run(row.place)
      this.#sql(raiseFloor).run(row.record.collection, row.record.version)
    }
    // Not one by one: which keys damaged rows had, nobody knows.
    this.#recent.clear()
    return expired.length
  }

  /**
   * Forgets up to `limit` changes from the beginning of the feed that are both
   * beyond the number and beyond the age that it keeps. It stops at the first
   * that is not: after a clock was set back older ones may stand behind that.
   */
  trim(keep: { readonly maxChanges: number; readonly maxChangeAgeMs: number }, limit: number, now: number): void {
    const sql = 'SELECT seq, at FROM @changes WHERE seq <= ? ORDER BY seq LIMIT ?'
    const beyond = this.#sql(sql).all(lastSeq(this.#sql) - keep.maxChanges, limit) as [seq: Seq, at: number][]
    const young = beyond.findIndex(([, at]) => at >= now - keep.maxChangeAgeMs)
    const last = (young < 0 ? beyond : beyond.slice(0, young)).at(-1)
    if (last) this.#sql('DELETE FROM @changes WHERE seq <= ?').run(last[0])
  }

  /** See {@link TermIndex.merge}. */
  mergeTerms(): boolean {
    return this.#terms.merge()
  }

  #floorOf(collection: string): number {
    const found = this.#sql('SELECT version FROM @floors WHERE collection = ?').get(collection)
    return (found as [number] | undefined)?.[0] ?? 0
  }
}

/** The row, or what stands in for one that can't be read. */
function unpackPlaced(raw: PlacedRow, now: number): Placed {
  const intact = unpackIntact(raw)
  return intact ? { ...intact, ...placeOf(raw) } : { ...standIn(raw, now), ...placeOf(raw), isDamaged: true }
}

function placeOf(raw: PlacedRow): Pick<Placed, 'raw' | 'place' | 'hasTerms'> {
  const [place, hasTerms] = raw.slice(-2) as [number, number]
  return { raw, place, hasTerms: hasTerms === 1 }
}

/** Whether only columns differ that every write changes, so that nothing beside the table changes either. */
function isDescribedAs({ raw, hasTerms, isDamaged }: Placed, packed: RawRow): boolean {
  return !hasTerms && !isDamaged && seldom.every((column) => raw[column] === packed[column])
}
