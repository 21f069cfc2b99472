import type { SpaceSql } from '../file/space-sql.ts'
import { PostingWriter, readPostings, unpackTerms } from './posting-list.ts'

/** So many records with terms are put into a block together. */
export const blockSize = 1_024
/** So many blocks of a size become one, up to a block of 65,536 records, since merging holds up the writer. */
const mergedBlocks = 8
const highestRank = 2

const indexedMark = '@indexed'
const readMark = 'SELECT version FROM @floors WHERE collection = ?'
const writeMark = 'INSERT INTO @floors VALUES (?, ?) ON CONFLICT (collection) DO UPDATE SET version = excluded.version'
const unindexed = `SELECT seq, collection, level, compartments, terms FROM @records
  WHERE seq > ? AND terms IS NOT NULL ORDER BY seq LIMIT ?`
const insertPostings = 'INSERT INTO @postings (block, grp, term, entries) VALUES (?, ?, ?, ?)'
const updatePostings = 'UPDATE @postings SET entries = ? WHERE block = ? AND grp = ? AND term = ?'
const deletePostings = 'DELETE FROM @postings WHERE block = ? AND grp = ? AND term = ?'
const selectGroup = 'SELECT grp FROM @groups WHERE collection = ? AND level = ? AND compartments = ?'
const countGroup = 'UPDATE @groups SET records = records + ?, length = length + ? WHERE grp = ?'

type Row = readonly [seq: number, collection: string, level: number, compartments: string, terms: string]

/** The position up to which all records with terms stand in blocks. */
export function indexedUpTo(sql: SpaceSql): number {
  return (sql(readMark).get(indexedMark) as [number] | undefined)?.[0] ?? 0
}

/**
 * The blocks of postings: for each block, group of records and term, the records that have
 * it. What is written goes into no block at once, which would touch as many pages as it has
 * terms; when there are enough records, they become a block, and blocks become larger ones. Each
 * function runs inside a transaction.
 */
export class TermBlocks {
  readonly #sql: SpaceSql

  constructor(sql: SpaceSql) {
    this.#sql = sql
  }

  /** How many records stand in no block, at most one more than a block takes. */
  pending(): number {
    const sql = 'SELECT count(*) FROM (SELECT 1 FROM @records WHERE seq > ? AND terms IS NOT NULL LIMIT ?)'
    return (this.#sql(sql).get(indexedUpTo(this.#sql), blockSize + 1) as [number])[0]
  }

  /** Makes a block of the oldest records that stand in none; returns whether there were enough for one. */
  addBlock(): boolean {
    const after = indexedUpTo(this.#sql)
    const rows = this.#unindexed(after, blockSize)
    const last = rows.at(-1)?.[0]
    if (rows.length < blockSize || last === undefined) return false
    const start = rows[0]?.[0] ?? 0
    const lists = new Map<number, Map<string, PostingWriter>>()
    for (const [seq, collection, level, compartments, terms] of rows) {
      const group = this.#groupOf(collection, level, compartments)
      const { codes, length } = unpackTerms(terms)
      this.#sql(countGroup).run(1, length, group)
      let ofGroup = lists.get(group)
      if (!ofGroup) lists.set(group, (ofGroup = new Map()))
      for (const [term, code] of codes) {
        let list = ofGroup.get(term)
        if (!list) ofGroup.set(term, (list = new PostingWriter(start)))
        list.add(seq, code)
      }
    }
    this.#sql('INSERT INTO @blocks (block, rank) VALUES (?, 0)').run(start)
    const insert = this.#sql(insertPostings)
    for (const [group, ofGroup] of [...lists].toSorted(([a], [b]) => a - b)) {
      for (const term of [...ofGroup.keys()].toSorted()) insert.run(start, group, term, ofGroup.get(term)?.bytes)
    }
    this.#sql(writeMark).run(indexedMark, last)
    this.#merge(0)
    return true
  }

  /** Removes a record's postings, before the record or its terms change. */
  remove(rowId: number): void {
    this.#take(rowId)
  }

  /** Moves a record's postings to the group of another label, before the record gets that one. */
  relabel(rowId: number, compartments: string): void {
    const taken = this.#take(rowId)
    if (!taken) return
    const { block, row } = taken
    const [seq, collection, level, , terms] = row
    const group = this.#groupOf(collection, level, compartments)
    const { codes, length } = unpackTerms(terms)
    this.#sql(countGroup).run(1, length, group)
    for (const [term, code] of codes) this.#put(block, group, term, seq, code)
  }

  /** Removes a record's postings; returns where they stood, if it stood in a block. */
  #take(rowId: number): { readonly block: number; readonly row: Row } | undefined {
    const sql = 'SELECT seq, collection, level, compartments, terms FROM @records WHERE row = ? AND terms IS NOT NULL'
    const row = this.#sql(sql).get(rowId) as Row | undefined
    if (!row || row[0] > indexedUpTo(this.#sql)) return undefined
    const [seq, collection, level, compartments, terms] = row
    const block = (this.#sql('SELECT max(block) FROM @blocks WHERE block <= ?').get(seq) as [number | null])[0]
    const group = (this.#sql(selectGroup).get(collection, level, compartments) as [number] | undefined)?.[0]
    if (block === null || group === undefined) return undefined
    const { codes, length } = unpackTerms(terms)
    let isThere = false
    for (const term of codes.keys()) isThere = this.#drop(block, group, term, seq) || isThere
    if (!isThere) return undefined
    this.#sql(countGroup).run(-1, -length, group)
    return { block, row }
  }

  /** Removes all blocks. */
  clear(): void {
    for (const table of ['@postings', '@blocks', '@groups']) this.#sql(`DELETE FROM ${table}`).run()
    this.#sql(writeMark).run(indexedMark, 0)
  }

  #unindexed(after: number, limit: number): Row[] {
    return this.#sql(unindexed).all(after, limit) as Row[]
  }

  #groupOf(collection: string, level: number, compartments: string): number {
    const known = this.#sql(selectGroup).get(collection, level, compartments) as [number] | undefined
    if (known) return known[0]
    const insert = 'INSERT INTO @groups (collection, level, compartments, records, length) VALUES (?, ?, ?, 0, 0)'
    return Number(this.#sql(insert).run(collection, level, compartments).lastInsertRowid)
  }

  /** Adds a record to a list, at its place in the order of positions. */
  #put(block: number, group: number, term: string, seq: number, code: number): void {
    const sql = 'SELECT entries FROM @postings WHERE block = ? AND grp = ? AND term = ?'
    const found = this.#sql(sql).get(block, group, term) as [Uint8Array] | undefined
    const list = new PostingWriter(block)
    let isAdded = false
    const add = (): void => {
      if (!isAdded) list.add(seq, code)
      isAdded = true
    }
    readPostings(block, found?.[0] ?? new Uint8Array(), (at, other) => {
      if (at > seq) add()
      list.add(at, other)
    })
    add()
    if (found) this.#sql(updatePostings).run(list.bytes, block, group, term)
    else this.#sql(insertPostings).run(block, group, term, list.bytes)
  }

  /** @returns whether the record was there. */
  #drop(block: number, group: number, term: string, seq: number): boolean {
    const sql = 'SELECT entries FROM @postings WHERE block = ? AND grp = ? AND term = ?'
    const found = this.#sql(sql).get(block, group, term) as [Uint8Array] | undefined
    if (!found) return false
    const kept = new PostingWriter(block)
    let isThere = false
    readPostings(block, found[0], (at, code) => {
      if (at === seq) isThere = true
      else kept.add(at, code)
    })
    if (!isThere) return false
    if (kept.bytes.length === 0) this.#sql(deletePostings).run(block, group, term)
    else this.#sql(updatePostings).run(kept.bytes, block, group, term)
    return true
  }

  /** Merges the blocks of a rank, if there are enough, into one of the next. */
  #merge(rank: number): void {
    if (rank >= highestRank) return
    const found = this.#sql('SELECT block FROM @blocks WHERE rank = ? ORDER BY block').all(rank) as [number][]
    if (found.length < mergedBlocks) return
    const blocks = found.map(([block]) => block)
    const start = blocks[0] ?? 0
    // Each block in the order of groups and terms, so that the new one is written in that order, too.
    const sql = `SELECT grp, term, block, entries FROM @postings WHERE block IN (${blocks.map(() => '?').join(', ')})
      ORDER BY grp, term, block`
    const rows = this.#sql(sql).all(...blocks) as [number, string, number, Uint8Array][]
    for (const block of blocks) this.#sql('DELETE FROM @postings WHERE block = ?').run(block)
    this.#sql('DELETE FROM @blocks WHERE rank = ?').run(rank)
    this.#sql('INSERT INTO @blocks (block, rank) VALUES (?, ?)').run(start, rank + 1)
    const insert = this.#sql(insertPostings)
    for (let at = 0; at < rows.length;) {
      const [group = 0, term = ''] = rows[at] ?? []
      const list = new PostingWriter(start)
      for (; rows[at]?.[0] === group && rows[at]?.[1] === term; at += 1) {
        const [, , block, entries] = rows[at] as (typeof rows)[number]
        readPostings(block, entries, (seq, code) => list.add(seq, code))
      }
      insert.run(start, group, term, list.bytes)
    }
    this.#merge(rank + 1)
  }
}
