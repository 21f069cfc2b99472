import { beyondPrefix, changeOf, decideMutation, hashOf, isSealed, pastEffect } from '@skein/memory/store'
import type { Change, Commit, Mutation, RecordKey, Row, Seq, Verdict } from '@skein/memory/store'

import { lastStart } from './feed-start.ts'
import { markOf } from './journal-mark.ts'
import type { AppliedPast, PastTable } from './past-table.ts'
import { RecentRows } from './recent-rows.ts'
import type { RowWithId } from './recent-rows.ts'
import { columns, packRow, requireSameKey, unpackIntact, unpackRow } from './record-row.ts'
import type { RawRow } from './record-row.ts'
import type { SpaceSql } from '../file/space-sql.ts'
import { besideRecord, columnsWithId, isMany, unpackOrReplace } from './row-with-id.ts'
import type { RawRowWithId } from './row-with-id.ts'
import { lastSeq } from './space-tables.ts'
import type { SpaceTables } from './space-tables.ts'
import { columnNames, everyWrite, hasSameDescription, updateRow, updateValue } from './update-sql.ts'
import { forgetIndexState } from '../terms/index-state.ts'
import { packTerms } from '../terms/posting-list.ts'
import { blockSize, TermBlocks } from '../terms/term-blocks.ts'

/** A batch that was applied inside the running transaction, and the changes that it made. */
export interface Applied {
  readonly commit: Commit
  readonly changes: readonly Change[]
}

const selectRow = `SELECT ${columnsWithId} FROM @records WHERE collection = ? AND id = ?`
const selectAlone = `SELECT ${columns} FROM @records WHERE row = ?`
const selectExpired = `SELECT ${columnsWithId} FROM @records WHERE expires_at <= ? LIMIT ?`
const insertRow = `INSERT INTO @records (${columns}, terms, listed) VALUES (${columns.replaceAll(/\w+/g, '?')}, ?, ?)`
const touchRow = 'UPDATE @records SET expires_at = ?, checksum = ? WHERE row = ?'
const resealRow = 'UPDATE @records SET value = ?, checksum = ?, terms = NULL WHERE row = ?'
const withdrawRow = 'UPDATE @records SET compartments = ?, checksum = ? WHERE row = ?'
const markSealed = 'UPDATE @changes SET sealed = 1 WHERE seq = ?'
const insertUse = 'INSERT OR IGNORE INTO @uses (source, row) VALUES (?, ?)'
const deleteUse = 'DELETE FROM @uses WHERE source = ? AND row = ?'
const selectContent = 'SELECT 1 FROM @objects WHERE hash = ?'
const selectHolder = `SELECT 1 FROM @records WHERE collection = 'objects' AND id >= ? AND id < ? AND deleted = 0
  AND (expires_at IS NULL OR expires_at > ?) LIMIT 1`
const deleteContent = 'DELETE FROM @objects WHERE hash = ?'
const deleteContents = 'DELETE FROM @objects WHERE hash >= ? AND hash < ?'
const raiseFloor =
  'INSERT INTO @floors VALUES (?, ?) ON CONFLICT (collection) DO UPDATE SET version = max(version, excluded.version)'

/** How long a sweep may remove postings, in milliseconds. */
const purgeMs = 20

/**
 * Changes the records of one space through the one connection of a process that
 * writes. Synchronous. The caller owns the transaction, and calls
 * {@link RecordWriter.rolledBack} when it was, and {@link RecordWriter.forget} when another connection wrote.
 */
export class RecordWriter {
  readonly #tables: SpaceTables
  readonly #sql: SpaceSql
  readonly #terms: TermBlocks
  readonly #past: PastTable
  /** How many records are in no block of terms, if known. */
  #pending: number | undefined
  readonly #recent = new RecentRows()
  /** The newest `seq`, if known. */
  #last: Seq | undefined
  /** Whether the batch at hand takes many records out of the search index. */
  #isTakingMany = false
  /** Where the feed jumped last. It never does while the file is open. */
  #start: Seq | undefined

  constructor(tables: SpaceTables) {
    this.#tables = tables
    this.#sql = tables.sql
    this.#terms = new TermBlocks(tables.sql)
    this.#past = tables.past
  }

  /** Drops everything that is cached of the tables. */
  forget(): void {
    this.#recent.clear()
    this.#terms.forget()
    this.#past.forget()
    this.#last = undefined
    this.#pending = undefined
  }

  /** Drops everything that may have been rolled back. */
  rolledBack(): void {
    this.#terms.rolledBack()
    forgetIndexState(this.#sql)
    this.forget()
  }

  /** See {@link TermBlocks.purge}. */
  purge(forMs: number): boolean {
    return this.#terms.purge(forMs)
  }

  /**
   * Applies a batch, or nothing of it if one of its conditions does not hold.
   *
   * @throws CorruptRecordError when a condition is on a damaged row.
   */
  apply(batch: readonly Mutation[], now: number): Applied {
    let last = (this.#last ??= lastSeq(this.#sql))
    const rows: (RowWithId | undefined)[] = []
    const verdicts: Exclude<Verdict, { type: 'refuse' }>[] = []
    for (const [index, mutation] of batch.entries()) {
      const { key, guard } = mutation
      const isRange = mutation.type === 'check-range'
      const row = isRange ? undefined : (this.#recent.get(key) ?? this.#before(mutation, now))
      const verdict = decideMutation(mutation, {
        row,
        guardRow: guard && (this.#recent.get(guard.key) ?? this.#read(guard.key)),
        now,
        seq: last + 1,
        hasContent: mutation.type === 'set' ? this.#hasContent(mutation.needs) : true,
        isUnwritten: isRange ? this.#tables.isUnwritten(mutation, last, now) : true,
        floor: row || isRange || mutation.type === 'check' ? 0 : this.#floorOf(key.collection),
        lost: isRange ? 0 : this.#lostVersion(row, key.collection),
      })
      if (verdict.type === 'refuse') {
        return { commit: { ok: false, refusal: { index, ...verdict.refusal } }, changes: [] }
      }
      if (verdict.type === 'put' && verdict.change) last += 1
      rows.push(row)
      verdicts.push(verdict)
    }
    const changes: Change[] = []
    this.#isTakingMany = isMany(rows)
    for (const [index, verdict] of verdicts.entries()) {
      if (verdict.type === 'nothing') continue
      const before = rows[index]
      const mutation = batch[index] as Mutation
      // What a damaged row held can't be kept.
      const past = pastEffect(mutation, before?.isDamaged ? undefined : before, verdict.row)
      this.#put(mutation, verdict.row, before, this.#past.apply(past, mutation.key, before))
      if (!verdict.change) continue
      changes.push(changeOf(verdict.row))
      if (isSealed(verdict.row.record.value) || (before && (isSealed(before.record.value) || before.isDamaged))) {
        this.#sql(markSealed).run(verdict.row.record.seq)
      }
    }
    for (const mutation of batch) if (mutation.type === 'delete') this.#drop(mutation.drops, now)
    this.#last = last
    if (this.#pending !== undefined && this.#pending >= blockSize) this.#addBlocks()
    else this.#terms.merge(this.#pending ?? 0)
    if (this.#isTakingMany) this.#terms.purgeSome()
    return { commit: { ok: true, written: verdicts.map(({ written }) => written) }, changes }
  }

  #hasContent(needs: readonly string[] | undefined): boolean {
    return needs?.some((name) => this.#sql(selectContent).get(name) !== undefined) ?? true
  }

  /** Deletes bytes, unless the id of another object begins with their hash. */
  #drop(drops: readonly string[] | undefined, now: number): void {
    const [hash] = drops ?? []
    if (hash === undefined || this.#isHeld(hash, now)) return
    for (const name of drops ?? []) this.#sql(deleteContent).run(name)
  }

  /** Whether there is an object with a content. */
  #isHeld(hash: string, now: number): boolean {
    return this.#sql(selectHolder).get(hash, beyondPrefix(hash), now) !== undefined
  }

  /** The row of a key. A mutation without a condition on its version may replace or remove a damaged one. */
  #before(mutation: Mutation, now: number): RowWithId | undefined {
    if (mutation.ifVersion !== undefined) return this.#read(mutation.key)
    const raw = this.#rawOf(mutation.key)
    if (!raw) return undefined
    const row = unpackOrReplace(raw, now)
    if (!row.isDamaged) return requireSameKey(row, mutation.key)
    // SQLite may take the key from its index: what is damaged then may be that, and the row an intact one of another key.
    const alone = unpackIntact(this.#sql(selectAlone).get(row.rowId) as RawRow)
    if (alone) requireSameKey(alone, mutation.key)
    return row
  }

  /** @throws CorruptRecordError */
  #read(key: RecordKey): RowWithId | undefined {
    const raw = this.#rawOf(key)
    return raw && { ...requireSameKey(unpackRow(raw), key), ...besideRecord(raw) }
  }

  #rawOf({ collection, id }: RecordKey): RawRowWithId | undefined {
    return this.#sql(selectRow).get(collection, id) as RawRowWithId | undefined
  }

  /** Stores a row in place of the one before, which may go to a place in the past. */
  #put(mutation: Mutation, row: Row, before: RowWithId | undefined, { place, known }: AppliedPast): void {
    const packed = packRow(row)
    const checksum = packed.at(-1)
    if (before && mutation.type === 'touch') {
      this.#sql(touchRow).run(row.record.expiresAt, checksum, before.rowId)
      this.#recent.set(mutation.key, { ...before, ...row, raw: packed })
      return
    }
    if (before && mutation.type === 'reseal') {
      this.#terms.remove(before.rowId, this.#isTakingMany)
      this.#sql(resealRow).run(row.record.value, checksum, before.rowId)
      this.#recent.set(mutation.key, { ...before, ...row, raw: packed, hasTerms: false })
      return
    }
    if (before && mutation.type === 'withdraw') {
      const compartments = packed[columnNames.indexOf('compartments')] as string
      this.#terms.relabel(before.rowId, compartments)
      this.#sql(withdrawRow).run(compartments, checksum, before.rowId)
      this.#recent.set(mutation.key, { ...before, ...row, raw: packed })
      return
    }
    const terms = mutation.type === 'set' && mutation.terms?.length ? packTerms(mutation.terms) : null
    const rowId = before?.rowId ?? this.#insert(packed, terms)
    const past = before ? known : this.#past.attach(mutation.key, rowId)
    this.#recent.set(mutation.key, { ...row, raw: packed, rowId, hasTerms: terms !== null, past })
    const kept = place === undefined ? [] : [place]
    const form = place === undefined ? 0 : 1
    if (before && terms === null && hasSameDescription(before, packed)) {
      const values = everyWrite.map((index) => packed[index])
      this.#sql(updateValue[form]).run(...values, ...kept, rowId)
      return
    }
    if (before) {
      this.#unlink(before)
      const values = [...packed.slice(2), terms, markOf(row.record.collection)]
      this.#sql(updateRow[form]).run(...values, ...kept, rowId)
    }
    for (const source of row.record.derivedFrom) this.#sql(insertUse).run(source, rowId)
    if (terms !== null) this.#pending = (this.#pending ?? this.#terms.pending()) + 1
  }

  /** Puts records into blocks of terms. Other processes may have done so before. */
  #addBlocks(): void {
    while (this.#terms.addBlock());
    this.#pending = this.#terms.pending()
  }

  /** @returns the id of the new row. */
  #insert(packed: RawRow, terms: string | null): number {
    return Number(this.#sql(insertRow).run(...packed, terms, markOf(packed[0])).lastInsertRowid)
  }

  /** Removes a row from the tables that refer to it, before it changes. */
  #unlink({ rowId, record, hasTerms, isDamaged }: RowWithId): void {
    for (const source of record.derivedFrom) this.#sql(deleteUse).run(source, rowId)
    // Its sources are lost, so this scans the whole table.
    if (isDamaged) this.#sql('DELETE FROM @uses WHERE row = ?').run(rowId)
    // What a damaged row says of its terms counts for nothing.
    if (hasTerms || isDamaged) this.#terms.remove(rowId, this.#isTakingMany && !isDamaged)
  }

  /**
   * Deletes up to `limit` expired rows, damaged ones too, and bytes that no object has any longer. Keeps the highest
   * version of each collection.
   */
  sweep(limit: number, now: number): number {
    const expired = this.#sql(selectExpired).all(now, limit) as RawRowWithId[]
    const hashes = new Set<string>()
    const rows = expired.map((raw) => unpackOrReplace(raw, now))
    this.#isTakingMany = isMany(rows)
    for (const row of rows) {
      this.#unlink(row)
      if (row.past) this.#past.detach(row.rowId)
      this.#sql('DELETE FROM @records WHERE row = ?').run(row.rowId)
      this.#sql(raiseFloor).run(row.record.collection, row.record.version)
      if (row.record.collection === 'objects' && !row.deleted) hashes.add(hashOf(row.record.id))
    }
    for (const hash of hashes) if (!this.#isHeld(hash, now)) this.#sql(deleteContents).run(hash, beyondPrefix(hash))
    // All of them, since the keys of damaged rows are not known.
    this.#recent.clear()
    this.#terms.purge(purgeMs)
    return expired.length
  }

  /**
   * Deletes up to `limit` of the oldest changes that exceed both the number and
   * the age that the feed keeps. It stops at the first one that does not: if the
   * clock was set back, an older one may follow it.
   */
  trim(keep: { readonly maxChanges: number; readonly maxChangeAgeMs: number }, limit: number, now: number): void {
    const sql = 'SELECT seq, at FROM @changes WHERE seq <= ? ORDER BY seq LIMIT ?'
    const beyond = this.#sql(sql).all(lastSeq(this.#sql) - keep.maxChanges, limit) as [seq: Seq, at: number][]
    const young = beyond.findIndex(([, at]) => at >= now - keep.maxChangeAgeMs)
    const last = (young < 0 ? beyond : beyond.slice(0, young)).at(-1)
    if (last) this.#sql('DELETE FROM @changes WHERE seq <= ?').run(last[0])
  }

  /** The highest version that a row can have had in a file that was replaced by a backup. */
  #lostVersion(row: RowWithId | undefined, collection: string): number {
    const start = (this.#start ??= lastStart(this.#sql))
    if (start === 0 || (row && row.record.seq > start)) return 0
    const jumped = row ? row.record.version + start - row.record.seq : start
    return Math.max(jumped, this.#floorOf(collection))
  }

  #floorOf(collection: string): number {
    const found = this.#sql('SELECT version FROM @floors WHERE collection = ?').get(collection)
    return (found as [number] | undefined)?.[0] ?? 0
  }
}
