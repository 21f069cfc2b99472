import { compareNames } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { PostingReader, PostingWriter } from './posting-list.ts'

/** So many blocks of a rank become one of the next. */
const mergedBlocks = 8
/** Blocks of half a million records, which stay as they are. */
const highestRank = 4
/** How many lists of a block are read at a time. */
const chunkSize = 128

const afterKey = `SELECT grp, term, entries FROM @postings WHERE block = ? AND (grp, term) > (?, ?)
  ORDER BY grp, term LIMIT ${chunkSize}`
const insertPostings = 'INSERT INTO @postings (block, grp, term, entries) VALUES (?, ?, ?, ?)'
const selectDue = `SELECT rank FROM @merging UNION
  SELECT rank FROM @blocks WHERE rank < ${highestRank} GROUP BY rank HAVING count(*) >= ${mergedBlocks}
  ORDER BY rank LIMIT 1`
const selectMerge = 'SELECT block, start, sources, grp, term FROM @merging WHERE rank = ?'
const insertMerge = 'INSERT INTO @merging (rank, block, start, sources, grp, term) VALUES (?, ?, ?, ?, 0, ?)'

/** A merge that has begun: the new block, and the group and term up to which it is written. */
type Merge = readonly [block: number, start: number, sources: string, group: number, term: string]
type Source = readonly [block: number, start: number]
type List = readonly [group: number, term: string, entries: Uint8Array]

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
 * Lists never become more by merging, and each goes through one merge per rank. So with as many steps per new list as there
 * are ranks, merging keeps up, in whichever amounts lists come.
 */
export class BlockMerger {
  readonly #sql: SpaceSql

  constructor(sql: SpaceSql) {
    this.#sql = sql
  }

  /** Merges and deletes as much as it takes to keep up with so many new lists. Small blocks go first. */
  keepUp(lists: number): void {
    const most = lists * highestRank + chunkSize
    for (let left = most; left > 0;) {
      const due = (this.#sql(selectDue).get() as [number] | undefined)?.[0]
      if (due === undefined) break
      left -= this.#advance(due, left)
    }
    this.#delete(most)
  }

  /** Merges some lists of a rank; returns how many. */
  #advance(rank: number, most: number): number {
    const [block, start, packed, ...from] = this.#merge(rank)
    const sources = JSON.parse(packed) as Source[]
    let [group, term] = from
    let merged = 0
    while (merged < most) {
      const chunks = sources.map(([source]) => this.#sql(afterKey).all(source, group, term) as List[])
      // Beyond the end of a chunk there may be lists of its block that were not read.
      const ends = chunks.filter(({ length }) => length === chunkSize).map((chunk) => chunk.at(-1) as List)
      const end = ends.toSorted(compare)[0]
      const last =
        end ??
        chunks
          .flatMap((chunk) => chunk.slice(-1))
          .toSorted(compare)
          .at(-1)
      if (last) {
        merged += this.#write({ block, start }, sources, chunks, last)
        ;[group, term] = last
      }
      if (!end) {
        this.#finish(rank, block, start, sources)
        return merged + 1
      }
    }
    this.#sql('UPDATE @merging SET grp = ?, term = ? WHERE rank = ?').run(group, term, rank)
    return merged
  }

  /** The merge of a rank that has begun; begins it with the oldest blocks. */
  #merge(rank: number): Merge {
    const known = this.#sql(selectMerge).get(rank) as Merge | undefined
    if (known) return known
    const oldest = `SELECT block, start FROM @blocks WHERE rank = ? ORDER BY start LIMIT ${mergedBlocks}`
    const sources = this.#sql(oldest).all(rank) as Source[]
    const merge: Merge = [nextBlock(this.#sql), sources[0]?.[1] ?? 0, JSON.stringify(sources), 0, '']
    this.#sql(insertMerge).run(rank, merge[0], merge[1], merge[2], '')
    return merge
  }

  /** Writes the lists up to the last one to the new block; returns from how many. */
  #write(
    into: { readonly block: number; readonly start: number },
    sources: readonly Source[],
    chunks: readonly (readonly List[])[],
    last: List,
  ): number {
    const insert = this.#sql(insertPostings)
    // A sort that keeps the order of equal terms, so that their records stay in order.
    const lists = chunks
      .flatMap((chunk, at) => chunk.map((list) => ({ list, start: sources[at]?.[1] ?? 0 })))
      .filter(({ list }) => compare(list, last) <= 0)
      .toSorted((a, b) => compare(a.list, b.list))
    for (let at = 0; at < lists.length;) {
      const [group = 0, term = ''] = lists[at]?.list ?? []
      const writer = new PostingWriter(into.start)
      for (; lists[at]?.list[0] === group && lists[at]?.list[1] === term; at += 1) {
        const { list, start } = lists[at] as (typeof lists)[number]
        const reader = new PostingReader(list[2].length)
        reader.read(start, list[2])
        for (let one = 0; one < reader.count; one += 1) writer.add(reader.slots[one] ?? 0, reader.codes[one] ?? 0)
      }
      insert.run(into.block, group, term, writer.bytes)
    }
    return lists.length
  }

  #finish(rank: number, block: number, start: number, sources: readonly Source[]): void {
    for (const [source, from] of sources) {
      this.#sql('DELETE FROM @blocks WHERE block = ?').run(source)
      this.#sql('INSERT INTO @dropping (block, start) VALUES (?, ?)').run(source, from)
    }
    this.#sql('INSERT INTO @blocks (block, rank, start) VALUES (?, ?, ?)').run(block, rank + 1, start)
    this.#sql('DELETE FROM @merging WHERE rank = ?').run(rank)
  }

  /** Deletes some lists of blocks that were merged. */
  #delete(most: number): void {
    for (let left = most; left > 0;) {
      const block = (this.#sql('SELECT min(block) FROM @dropping').get() as [number | null])[0]
      if (block === null) return
      const bound = 'SELECT grp, term FROM @postings WHERE block = ? ORDER BY grp, term LIMIT 1 OFFSET ?'
      const next = this.#sql(bound).get(block, left) as [number, string] | undefined
      if (next) {
        this.#sql('DELETE FROM @postings WHERE block = ? AND (grp, term) < (?, ?)').run(block, ...next)
        return
      }
      left -= this.#sql('DELETE FROM @postings WHERE block = ?').run(block).changes + 1
      this.#sql('DELETE FROM @dropping WHERE block = ?').run(block)
    }
  }
}

/** By group and term, in SQLite's order. */
function compare(
  [groupA, termA]: readonly [number, string, ...unknown[]],
  [groupB, termB]: readonly [number, string, ...unknown[]],
): number {
  return groupA - groupB || compareNames(termA, termB)
}
