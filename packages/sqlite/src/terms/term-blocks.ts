import { compareNames } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { BlockMerger, nextBlock } from './block-merger.ts'
import type { BlockPlace } from './list-cursor.ts'
import { forgetBlockWords, noteRelabeled } from './block-words.ts'
import { dropRecord, listWriter, putRecord } from './block-lists.ts'
import { PostingWriter, unpackTerms } from './posting-list.ts'
import { TakenLists } from './taken-lists.ts'
import { clearTaken, forgetTaken, isPurging, noteTaken, purge } from './taken-records.ts'

/** So many records with terms are put into a block together, fewer if they are long. */
export const blockSize = 128
/** How long the packed terms of a block's records are together, before the last one; what more would take holds up others. */
const longestBlock = 64 * 1_024

/**
 * From so many records on that were taken out, and one in eight of those that are there, their postings are removed. A
 * search looks at each posting, and whether it was taken out.
 */
const manyTaken = 1_024
const mostTakenShare = 8
/** How long a batch spends on that, in milliseconds. */
const purgeMs = 3

const indexedMark = '@indexed'
const readMark = 'SELECT version FROM @floors WHERE collection = ?'
const writeMark = 'INSERT INTO @floors VALUES (?, ?) ON CONFLICT (collection) DO UPDATE SET version = excluded.version'
const unindexed = `SELECT seq, collection, level, compartments, terms FROM @records
  WHERE seq > ? AND terms IS NOT NULL ORDER BY seq LIMIT ${blockSize}`
const selectGroup = 'SELECT grp FROM @groups WHERE collection = ? AND level = ? AND compartments = ?'
const countGroup = 'UPDATE @groups SET records = records + ?, length = length + ? WHERE grp = ?'
// The block where a record stands, and those that hold its postings, too, while blocks are merged.
const holding = `SELECT * FROM (SELECT block, start, 1 FROM @blocks WHERE start <= ? ORDER BY start DESC LIMIT 1)
  UNION ALL SELECT block, start, 0 FROM @merging UNION ALL SELECT block, start, 0 FROM @dropping`

type Row = readonly [seq: number, collection: string, level: number, compartments: string, terms: string]
type Holder = readonly [block: number, start: number, isCurrent: 0 | 1]

/** The position up to which all records with terms are in blocks. */
export function indexedUpTo(sql: SpaceSql): number {
  return (sql(readMark).get(indexedMark) as [number] | undefined)?.[0] ?? 0
}

/**
 * The blocks of postings: for each block, group of records and term, the records that have
 * it. What is written goes into no block at once, which would touch as many pages as it has
 * terms; when there are enough records, they become a block, and blocks become larger ones, see
 * {@link BlockMerger}. Each function runs inside a transaction.
 */
export class TermBlocks {
  readonly #sql: SpaceSql
  readonly #merger: BlockMerger
  readonly #takenLists: TakenLists
  /** How many records were taken out whose postings are still there, if known. */
  #taken: number | undefined

  constructor(sql: SpaceSql) {
    this.#sql = sql
    this.#merger = new BlockMerger(sql)
    this.#takenLists = new TakenLists(sql)
  }

  /** How many records are in no block, at most one more than a block takes. */
  pending(): number {
    const sql = 'SELECT count(*) FROM (SELECT 1 FROM @records WHERE seq > ? AND terms IS NOT NULL LIMIT ?)'
    return (this.#sql(sql).get(indexedUpTo(this.#sql), blockSize + 1) as [number])[0]
  }

  /** Merges blocks a little, if it is time. @param pending - How many records are in no block. */
  merge(pending: number): void {
    this.#merger.goOn(pending / blockSize)
  }

  /** Makes a block of the oldest records that are in none; returns whether there were enough for one. */
  addBlock(): boolean {
    const found = this.#sql(unindexed).all(indexedUpTo(this.#sql)) as Row[]
    if (found.length < blockSize) return false
    const rows = found.slice(0, countWithin(found, longestBlock))
    const start = rows[0]?.[0] ?? 0
    const lists = new Map<number, Map<string, number[]>>()
    for (const [seq, collection, level, compartments, terms] of rows) {
      const group = this.#groupOf(collection, level, compartments)
      const { codes, length } = unpackTerms(terms)
      this.#sql(countGroup).run(1, length, group)
      let ofGroup = lists.get(group)
      if (!ofGroup) lists.set(group, (ofGroup = new Map()))
      for (const [term, code] of codes) {
        let list = ofGroup.get(term)
        if (!list) ofGroup.set(term, (list = []))
        list.push(seq, code)
      }
    }
    const block = nextBlock(this.#sql)
    this.#sql('INSERT INTO @blocks (block, rank, start) VALUES (?, 0, ?)').run(block, start)
    const list = new PostingWriter(start)
    let written = 0
    for (const [group, ofGroup] of [...lists].toSorted(([a], [b]) => a - b)) {
      const writer = listWriter(this.#sql, block, group)
      for (const term of inOrder(ofGroup.keys())) {
        const entries = ofGroup.get(term) ?? []
        list.restart(start)
        for (let at = 0; at < entries.length; at += 2) list.add(entries[at] ?? 0, entries[at + 1] ?? 0)
        writer.add(term, list.buffer, list.length)
      }
      writer.flush()
      this.#noteLanguages(group, ofGroup.keys())
      written += ofGroup.size
    }
    this.#sql(writeMark).run(indexedMark, rows.at(-1)?.[0])
    this.#merger.added(written)
    return true
  }

  /**
   * Takes a record out of the index, before the record or its terms change.
   *
   * @param isOneOfMany - Whether its postings are removed later, with those of others: one by one, that means to write a
   * chunk anew for each of its terms.
   */
  remove(rowId: number, isOneOfMany: boolean): void {
    if (!isOneOfMany) return void this.#take(rowId)
    const found = this.#indexed(rowId)
    if (!found) return
    const { codes, length } = unpackTerms(found.row[4])
    this.#takenLists.note(noteTaken(this.#sql, found.row[0]), found.group, codes)
    this.#sql(countGroup).run(-1, -length, found.group)
    this.#taken = (this.#taken ?? this.#countTaken()) + 1
  }

  /** Removes postings of records that were taken out, a part that befits the next batch, if there are many. */
  purgeSome(): void {
    this.#taken ??= this.#countTaken()
    if (this.#taken < manyTaken) return
    if (!isPurging(this.#sql)) {
      const [records] = this.#sql('SELECT total(records) FROM @groups').get() as [number]
      if (this.#taken < records / mostTakenShare) return
    }
    this.purge(purgeMs)
  }

  /** Goes on removing postings of records that were taken out, for some time; returns whether none is left. */
  purge(forMs: number): boolean {
    this.#taken = undefined
    const until = performance.now() + forMs
    return this.#takenLists.purge(until) && purge(this.#sql, until - performance.now())
  }

  /** Drops what is cached, since others may have written. */
  forget(): void {
    this.#taken = undefined
  }

  /** Drops what may have been rolled back. */
  rolledBack(): void {
    this.forget()
    this.#takenLists.forget()
    forgetTaken(this.#sql)
    forgetBlockWords(this.#sql)
  }

  /** Moves a record's postings to the group of another label, before the record gets that one. */
  relabel(rowId: number, compartments: string): void {
    const taken = this.#take(rowId)
    if (!taken) return
    const { current, row } = taken
    const [seq, collection, level, , terms] = row
    const group = this.#groupOf(collection, level, compartments)
    const { codes, length } = unpackTerms(terms)
    this.#sql(countGroup).run(1, length, group)
    this.#noteLanguages(group, codes.keys())
    noteRelabeled(this.#sql)
    for (const [term, code] of codes) {
      for (const [block, start] of [current, ...this.#merger.written(current[0], [group, term])]) {
        putRecord(this.#sql, { block, start, group, term, seq }, code)
      }
    }
  }

  /** A record that stands in a block, and its group. */
  #indexed(rowId: number): { readonly row: Row; readonly group: number } | undefined {
    const sql = 'SELECT seq, collection, level, compartments, terms FROM @records WHERE row = ? AND terms IS NOT NULL'
    const row = this.#sql(sql).get(rowId) as Row | undefined
    if (!row || row[0] > indexedUpTo(this.#sql)) return undefined
    const [, collection, level, compartments] = row
    const found = this.#sql(selectGroup).get(collection, level, compartments) as [number] | undefined
    return found && { row, group: found[0] }
  }

  /** Removes a record's postings; returns the block where it stood, if it stood in one. */
  #take(rowId: number): { readonly current: BlockPlace; readonly row: Row } | undefined {
    const found = this.#indexed(rowId)
    if (!found) return undefined
    const { row, group } = found
    const [seq, , , , terms] = row
    const { codes, length } = unpackTerms(terms)
    let current: BlockPlace | undefined
    for (const [block, start, isCurrent] of this.#sql(holding).all(seq) as Holder[]) {
      for (const term of codes.keys()) {
        const isGone = dropRecord(this.#sql, { block, start, group, term, seq })
        if (isCurrent === 1 && isGone) current = [block, start]
      }
    }
    if (!current) return undefined
    this.#sql(countGroup).run(-1, -length, group)
    return { current, row }
  }

  /** Removes all blocks. */
  clear(): void {
    const tables = ['@postings', '@blocks', '@merging', '@dropping', '@groups']
    for (const table of tables) this.#sql(`DELETE FROM ${table}`).run()
    clearTaken(this.#sql)
    forgetBlockWords(this.#sql)
    this.#takenLists.forget()
    this.#sql(writeMark).run(indexedMark, 0)
  }

  #countTaken(): number {
    return (this.#sql('SELECT count(*) FROM @taken').get() as [number])[0]
  }

  #groupOf(collection: string, level: number, compartments: string): number {
    const known = this.#sql(selectGroup).get(collection, level, compartments) as [number] | undefined
    if (known) return known[0]
    const insert = 'INSERT INTO @groups (collection, level, compartments, records, length) VALUES (?, ?, ?, 0, 0)'
    return Number(this.#sql(insert).run(collection, level, compartments).lastInsertRowid)
  }

  /** Notes what terms of other languages than English begin with. */
  #noteLanguages(group: number, terms: Iterable<string>): void {
    const found = new Set<string>()
    for (const term of terms) if (term[2] === ':') found.add(term.slice(0, 3))
    if (found.size === 0) return
    const [known] = this.#sql('SELECT languages FROM @groups WHERE grp = ?').get(group) as [string]
    const all = new Set([...known.split(' ').filter((one) => one !== ''), ...found])
    const noted = ` ${[...all].join(' ')} `
    if (noted !== known) this.#sql('UPDATE @groups SET languages = ? WHERE grp = ?').run(noted, group)
  }
}

/** Terms by their code points. SQLite's order is that of JavaScript's sort unless there are pairs of UTF-16 units. */
function inOrder(terms: Iterable<string>): string[] {
  const sorted = [...terms].toSorted()
  return sorted.some((term) => /[\ud800-\udfff]/.test(term)) ? sorted.toSorted(compareNames) : sorted
}

/** How many of some rows fit a length, at least one. */
function countWithin(rows: readonly Row[], most: number): number {
  let length = 0
  const last = rows.findIndex(([, , , , terms]) => (length += terms.length) > most)
  return last < 0 ? rows.length : last + 1
}
