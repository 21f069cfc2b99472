import type { SpaceSql } from '../file/space-sql.ts'
import { BlockWriter } from './block-lists.ts'
import { compareKeys, leastOf, ListCursor } from './list-cursor.ts'
import type { BlockPlace, ListKey } from './list-cursor.ts'
import { PostingWriter } from './posting-list.ts'
import { takenRecords } from './taken-records.ts'

/** So many blocks of a rank become one of the next. */
const mergedBlocks = 8
/** Blocks of half a million records, which stay as they are. */
const highestRank = 4
/** So many lists are merged at a time at least, since each step has to find its place in eight blocks. */
const shortestStep = 512
/** So many rows of lists are deleted in place of merging one list. */
const deletedRows = 8

const selectDue = `SELECT rank FROM @merging UNION
  SELECT rank FROM @blocks WHERE rank < ${highestRank} GROUP BY rank HAVING count(*) >= ${mergedBlocks}
  ORDER BY rank LIMIT 1`
const selectMerge = 'SELECT block, start, sources, grp, term FROM @merging WHERE rank = ?'
const insertMerge = 'INSERT INTO @merging (rank, block, start, sources, grp, term) VALUES (?, ?, ?, ?, 0, ?)'

/** A merge that has begun: the new block, and the group and term up to which it is written. */
type Merge = readonly [block: number, start: number, sources: string, group: number, term: string]

/** The number of the next block. Numbers grow, so that what is written stands together. */
export function nextBlock(sql: SpaceSql): number {
  const newest = `SELECT max(block) FROM (SELECT max(block) AS block FROM @blocks
    UNION ALL SELECT max(block) FROM @merging UNION ALL SELECT max(block) FROM @dropping)`
  return ((sql(newest).get() as [number | null])[0] ?? 0) + 1
}

/**
 * Makes larger blocks of eight smaller ones, in steps, since merging large ones at once would hold up all who write. A merge
 * keeps its place in the table `merging`, so that whoever writes next continues with it, whatever became of the process that
 * began it. Searches read the smaller blocks until the larger one is complete. The smaller ones then go to
 * `dropping`, and are deleted in steps, too.
 *
 * Lists never become more by merging, each is merged once per rank, and rows are deleted several at a time. So with two lists
 * more per new one than there are ranks, merging keeps up, in whichever amounts lists come. It continues with the records that
 * wait for the next block, so that every write does a part that befits it.
 */
export class BlockMerger {
  readonly #sql: SpaceSql
  /** How many lists are to be merged before the next block, and how many of them were. */
  #due = 0
  #done = 0

  constructor(sql: SpaceSql) {
    this.#sql = sql
  }

  /** Notes that a block of so many lists was added, and does what the ones before it left to do, but for a little. */
  added(lists: number): void {
    const due = (highestRank + 2) * lists + shortestStep
    while (this.#due - this.#done > due / 4) this.#step(shortestStep)
    this.#due += due - this.#done
    this.#done = 0
  }

  /** Merges some lists, if it is time. @param part - How much of the next block is there, from 0 to 1. */
  goOn(part: number): void {
    const most = Math.ceil(this.#due * Math.min(1, part)) - this.#done
    if (most >= shortestStep) this.#step(most)
  }

  /** The blocks that are being made of a block, among others, as far as they are written beyond a list. */
  written(of: number, list: ListKey): BlockPlace[] {
    const merges = this.#sql('SELECT block, start, sources, grp, term FROM @merging').all() as Merge[]
    return merges
      .filter(
        ([, , sources, ...upTo]) => compareKeys(list, upTo) <= 0 && isAmong(of, JSON.parse(sources) as BlockPlace[]),
      )
      .map(([block, start]) => [block, start])
  }

  /** Merges lists, small blocks first, or deletes what is left of blocks that were. */
  #step(most: number): void {
    this.#done += most
    let due = this.#nextRank()
    if (due === undefined) {
      if (this.#delete(deletedRows * most)) this.#done = this.#due
      return
    }
    for (let left = most; due !== undefined && left > 0; due = this.#nextRank()) left -= this.#advance(due, left)
  }

  #nextRank(): number | undefined {
    return (this.#sql(selectDue).get() as [number] | undefined)?.[0]
  }

  /** Merges some lists of a rank; returns how many. */
  #advance(rank: number, most: number): number {
    const [block, start, packed, ...from] = this.#merge(rank)
    const blocks = JSON.parse(packed) as BlockPlace[]
    const cursors = blocks.map((source) => new ListCursor(this.#sql, source, from))
    const lists = new BlockWriter(this.#sql, block)
    const list = new PostingWriter(start)
    const taken = takenRecords(this.#sql)
    let upTo: ListKey = from
    let merged = 0
    while (merged < most) {
      const next = leastOf(cursors)
      if (!next) break
      list.restart(start)
      for (const cursor of cursors) {
        if (!cursor.key || compareKeys(cursor.key, next) !== 0) continue
        cursor.copyTo(list, taken)
        cursor.advance()
        merged += 1
      }
      if (list.length > 0) lists.add(next, list)
      upTo = next
    }
    lists.flush()
    if (leastOf(cursors)) this.#sql('UPDATE @merging SET grp = ?, term = ? WHERE rank = ?').run(...upTo, rank)
    else this.#finish(rank, block, start, blocks)
    return merged + 1
  }

  /** The merge of a rank that has begun; begins it with the oldest blocks. */
  #merge(rank: number): Merge {
    const known = this.#sql(selectMerge).get(rank) as Merge | undefined
    if (known) return known
    const oldest = `SELECT block, start FROM @blocks WHERE rank = ? ORDER BY start LIMIT ${mergedBlocks}`
    const sources = this.#sql(oldest).all(rank) as BlockPlace[]
    const merge: Merge = [nextBlock(this.#sql), sources[0]?.[1] ?? 0, JSON.stringify(sources), 0, '']
    this.#sql(insertMerge).run(rank, merge[0], merge[1], merge[2], '')
    return merge
  }

  #finish(rank: number, block: number, start: number, sources: readonly BlockPlace[]): void {
    for (const [source, from] of sources) {
      this.#sql('DELETE FROM @blocks WHERE block = ?').run(source)
      this.#sql('INSERT INTO @dropping (block, start) VALUES (?, ?)').run(source, from)
    }
    this.#sql('INSERT INTO @blocks (block, rank, start) VALUES (?, ?, ?)').run(block, rank + 1, start)
    this.#sql('DELETE FROM @merging WHERE rank = ?').run(rank)
  }

  /** Deletes some chunks of blocks that were merged; returns whether none is left. */
  #delete(most: number): boolean {
    for (let left = most; left > 0;) {
      const block = (this.#sql('SELECT min(block) FROM @dropping').get() as [number | null])[0]
      if (block === null) return true
      const bound = 'SELECT grp, term FROM @postings WHERE block = ? ORDER BY grp, term LIMIT 1 OFFSET ?'
      const next = this.#sql(bound).get(block, left) as [number, string] | undefined
      if (next) {
        this.#sql('DELETE FROM @postings WHERE block = ? AND (grp, term) < (?, ?)').run(block, ...next)
        return false
      }
      left -= this.#sql('DELETE FROM @postings WHERE block = ?').run(block).changes + 1
      this.#sql('DELETE FROM @dropping WHERE block = ?').run(block)
    }
    return false
  }
}

function isAmong(block: number, places: readonly BlockPlace[]): boolean {
  return places.some(([one]) => one === block)
}
