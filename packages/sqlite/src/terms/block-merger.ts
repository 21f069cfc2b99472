import { compareNames } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { PostingReader, PostingWriter } from './posting-list.ts'

/** So many blocks of a rank become one of the next. */
const mergedBlocks = 8
/** Blocks of half a million records, which stay as they are. */
const highestRank = 4
/** How many lists of a block are read at a time. */
const chunkSize = 64
/** In so many steps a block's worth is merged, each of which is some milliseconds of a write. */
const steps = 8
const shortestStep = 512

const afterKey = `SELECT grp, term, entries FROM @postings WHERE block = ? AND (grp, term) > (?, ?)
  ORDER BY grp, term LIMIT ${chunkSize}`
const insertPostings = 'INSERT INTO @postings (block, grp, term, entries) VALUES (?, ?, ?, ?)'
const selectDue = `SELECT rank FROM @merging UNION
  SELECT rank FROM @blocks WHERE rank < ${highestRank} GROUP BY rank HAVING count(*) >= ${mergedBlocks}
  ORDER BY rank LIMIT 1`
const selectMerge = 'SELECT block, start, sources, grp, term FROM @merging WHERE rank = ?'
const insertMerge = 'INSERT INTO @merging (rank, block, start, sources, grp, term) VALUES (?, ?, ?, ?, 0, ?)'

/** A block, and the position where it begins. */
export type BlockPlace = readonly [block: number, start: number]

/** A merge that has begun: the new block, and the group and term up to which it is written. */
type Merge = readonly [block: number, start: number, sources: string, group: number, term: string]
type Key = readonly [group: number, term: string]
type List = readonly [...Key, entries: Uint8Array]

/** The number of the next block. Numbers grow, so that what is written stands together. */
export function nextBlock(sql: SpaceSql): number {
  const newest = `SELECT max(block) FROM (SELECT max(block) AS block FROM @blocks
    UNION ALL SELECT max(block) FROM @merging UNION ALL SELECT max(block) FROM @dropping)`
  return ((sql(newest).get() as [number | null])[0] ?? 0) + 1
}

/**
 * Makes larger blocks of eight smaller ones, in steps, since merging large ones at once would hold up all who write. A merge
 * keeps its place in the table `merging`, so that whoever writes next goes on with it, whatever became of the process that
 * began it. Searches read the smaller blocks until the larger one is complete. The smaller ones then go to
 * `dropping`, and are deleted in steps, too.
 *
 * Lists never become more by merging, and each is merged and deleted once per rank. So with twice as many steps per new
 * list as there are ranks, merging keeps up, in whichever amounts lists come.
 */
export class BlockMerger {
  readonly #sql: SpaceSql
  /** How many lists are to be merged or deleted before the next block. */
  #due = 0
  #most = 0

  constructor(sql: SpaceSql) {
    this.#sql = sql
  }

  /** Notes that a block of so many lists was added, and finishes what the one before it left to do. */
  added(lists: number): void {
    while (this.step());
    this.#due = 2 * lists * highestRank + chunkSize
    this.#most = Math.max(shortestStep, Math.ceil(this.#due / steps))
  }

  /** The blocks that are being made of a block, among others, as far as they are written beyond a list. */
  written(of: number, list: Key): BlockPlace[] {
    const merges = this.#sql('SELECT block, start, sources, grp, term FROM @merging').all() as Merge[]
    return merges
      .filter(([, , sources, ...upTo]) => compare(list, upTo) <= 0 && isAmong(of, JSON.parse(sources) as BlockPlace[]))
      .map(([block, start]) => [block, start])
  }

  /** Merges and deletes a little, if there is something to do since the last block; small blocks go first. */
  step(): boolean {
    const most = Math.min(this.#due, this.#most)
    if (most === 0) return false
    this.#due -= most
    let left = most
    for (let due = this.#nextRank(); due !== undefined && left > 0; due = this.#nextRank()) {
      left -= this.#advance(due, left)
    }
    const isDone = left > 0 && this.#delete(left)
    if (isDone) this.#due = 0
    return !isDone
  }

  #nextRank(): number | undefined {
    return (this.#sql(selectDue).get() as [number] | undefined)?.[0]
  }

  /** Merges some lists of a rank; returns how many. */
  #advance(rank: number, most: number): number {
    const [block, start, packed, ...from] = this.#merge(rank)
    let [group, term] = from
    const blocks = JSON.parse(packed) as BlockPlace[]
    const sources = blocks.map((source) => new ListReader(this.#sql, source, from))
    let merged = 0
    while (merged < most) {
      for (const source of sources) source.refill()
      // Beyond the end of what was read there may be lists of a block that were not.
      const ends = sources.map((source) => source.end).filter((key) => key !== undefined)
      const end = ends.toSorted(compare)[0]
      const lists = sources.flatMap((source) => source.take(end)).toSorted((a, b) => compare(a.list, b.list))
      this.#write({ block, start }, lists)
      merged += lists.length
      if (!end) {
        this.#finish(rank, block, start, blocks)
        return merged + 1
      }
      ;[group, term] = end
    }
    this.#sql('UPDATE @merging SET grp = ?, term = ? WHERE rank = ?').run(group, term, rank)
    return merged
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

  /** Writes lists, those of a term one after the other, to the new block. */
  #write({ block, start }: { readonly block: number; readonly start: number }, lists: readonly PlacedList[]): void {
    const insert = this.#sql(insertPostings)
    const reader = new PostingReader(lists.reduce((most, { list }) => Math.max(most, list[2].length), 0))
    const writer = new PostingWriter(start)
    for (let at = 0; at < lists.length;) {
      const [group = 0, term = ''] = lists[at]?.list ?? []
      writer.restart(start)
      for (let placed = lists[at]; placed?.list[1] === term && placed.list[0] === group; placed = lists[(at += 1)]) {
        reader.count = 0
        reader.read(placed.start, placed.list[2])
        for (let one = 0; one < reader.count; one += 1) writer.add(reader.slots[one] ?? 0, reader.codes[one] ?? 0)
      }
      insert.run(block, group, term, writer.bytes)
    }
  }

  #finish(rank: number, block: number, start: number, sources: readonly BlockPlace[]): void {
    for (const [source, from] of sources) {
      this.#sql('DELETE FROM @blocks WHERE block = ?').run(source)
      this.#sql('INSERT INTO @dropping (block, start) VALUES (?, ?)').run(source, from)
    }
    this.#sql('INSERT INTO @blocks (block, rank, start) VALUES (?, ?, ?)').run(block, rank + 1, start)
    this.#sql('DELETE FROM @merging WHERE rank = ?').run(rank)
  }

  /** Deletes some lists of blocks that were merged; returns whether none is left. */
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

interface PlacedList {
  readonly list: List
  /** The position where its block begins. */
  readonly start: number
}

/** Reads the lists of a block in order, some at a time. */
class ListReader {
  readonly #sql: SpaceSql
  readonly #block: number
  readonly #start: number
  #after: Key
  #lists: readonly List[] = []
  #hasMore = true

  constructor(sql: SpaceSql, [block, start]: BlockPlace, after: Key) {
    this.#sql = sql
    this.#block = block
    this.#start = start
    this.#after = after
  }

  refill(): void {
    if (this.#lists.length > 0 || !this.#hasMore) return
    this.#lists = this.#sql(afterKey).all(this.#block, ...this.#after) as List[]
    this.#hasMore = this.#lists.length === chunkSize
    const last = this.#lists.at(-1)
    if (last) this.#after = [last[0], last[1]]
  }

  /** The last list that was read, if there may be more. */
  get end(): Key | undefined {
    return this.#hasMore ? this.#after : undefined
  }

  /** Takes the lists up to a key, or all. */
  take(end: Key | undefined): PlacedList[] {
    let count = this.#lists.length
    if (end) while (count > 0 && compare(this.#lists[count - 1] as List, end) > 0) count -= 1
    const taken = this.#lists.slice(0, count).map((list) => ({ list, start: this.#start }))
    this.#lists = this.#lists.slice(count)
    return taken
  }
}

/** By group and term, in SQLite's order. */
function compare(
  [groupA, termA]: readonly [number, string, ...unknown[]],
  [groupB, termB]: readonly [number, string, ...unknown[]],
): number {
  return groupA - groupB || compareNames(termA, termB)
}
