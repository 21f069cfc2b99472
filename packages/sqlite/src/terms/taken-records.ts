import type { Seq } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { rewrite } from './block-lists.ts'
import { ChunkReader } from './posting-chunk.ts'
import { PostingReader, PostingWriter } from './posting-list.ts'

/** The format since which many records are taken out of the index at once. */
const firstFormat = 9

/** How many chunks are read at a time. One may be the list of a frequent word, which takes a millisecond. */
const chunksAtOnce = 8

const walkedMark = '@purged'
const readMark = 'SELECT version FROM @floors WHERE collection = ?'
const raiseMark = 'INSERT INTO @floors VALUES (?, 1) ON CONFLICT (collection) DO UPDATE SET version = version + 1'
const selectWalk = 'SELECT up_to, last, block, grp, term FROM @purge'
const insertWalk = `INSERT INTO @purge (up_to, last, block, grp, term)
  SELECT (SELECT max(n) FROM @taken), ifnull((SELECT max(block) FROM @postings), 0), 0, 0, ''`
const nextChunks = `SELECT block, grp, term, entries FROM @postings
  WHERE (block, grp, term) > (?, ?, ?) AND block <= ? ORDER BY block, grp, term LIMIT ?`
const starts = `SELECT block, start FROM @blocks UNION ALL SELECT block, start FROM @merging
  UNION ALL SELECT block, start FROM @dropping`

/** A walk over all chunks that has begun: the last record whose postings it removes, the last block, and its place. */
type Walk = readonly [upTo: number, last: number, block: number, group: number, term: string]
type Chunk = readonly [block: number, group: number, first: string, bytes: Uint8Array]

interface Known {
  /** How many walks were completed. */
  readonly walks: number
  /** The number of the last record that is known. */
  readonly last: number
  readonly positions: Set<Seq>
}

const known = new WeakMap<SpaceSql, Known>()
const none: ReadonlySet<Seq> = new Set()

/**
 * The positions of the records that are in the index no more while their postings still stand in blocks. Searches and
 * merges leave them out.
 */
export function takenRecords(sql: SpaceSql): ReadonlySet<Seq> {
  if (sql.format < firstFormat) return none
  const [last] = sql('SELECT max(n) FROM @taken').get() as [number | null]
  if (last === null) return none
  const walks = walksOf(sql)
  const before = known.get(sql)
  // Numbers grow until a walk is complete, so what was known has only been added to.
  const { positions, last: after } = before?.walks === walks ? before : { positions: new Set<Seq>(), last: 0 }
  if (last > after) {
    const more = sql('SELECT seq FROM @taken WHERE n > ?').all(after) as [Seq][]
    for (const [seq] of more) positions.add(seq)
  }
  known.set(sql, { walks, last, positions })
  return positions
}

/** Drops what is cached, since it may have been rolled back. What others write only adds to it, or completes a walk. */
export function forgetTaken(sql: SpaceSql): void {
  known.delete(sql)
}

/** A record that is in the index no more: its number among such, and its position. */
export interface TakenPlace {
  readonly n: number
  readonly seq: Seq
}

/** Notes that a record is in the index no more. */
export function noteTaken(sql: SpaceSql, seq: Seq): TakenPlace {
  return { n: Number(sql('INSERT INTO @taken (seq) VALUES (?)').run(seq).lastInsertRowid), seq }
}

/** Notes that no postings of some records are left. What others have ended before stays as it is. */
export function endTaken(sql: SpaceSql, places: readonly TakenPlace[]): void {
  for (const { n, seq } of places) sql('DELETE FROM @taken WHERE n = ? AND seq = ?').run(n, seq)
  // Numbers that are free are given again: a walk that has begun must not end those that get them.
  sql('UPDATE @purge SET up_to = min(up_to, ifnull((SELECT max(n) FROM @taken), 0))').run()
  sql('DELETE FROM @purge WHERE up_to = 0').run()
  sql(raiseMark).run(walkedMark)
  forgetTaken(sql)
}

/** Forgets all, since there is no block any more. */
export function clearTaken(sql: SpaceSql): void {
  sql('DELETE FROM @purge').run()
  if (sql('DELETE FROM @taken').run().changes > 0) sql(raiseMark).run(walkedMark)
  forgetTaken(sql)
}

/** Whether a walk over all chunks has begun. */
export function isPurging(sql: SpaceSql): boolean {
  return sql(selectWalk).get() !== undefined
}

/**
 * Goes on removing the postings of records that are in the index no more, chunk by chunk: one walk removes those of all
 * that were noted before it began. Its place is kept, so any process goes on with it.
 *
 * @param forMs - For how long, in milliseconds; one chunk at least, so that the walk ends even where a chunk takes longer.
 * @returns whether nothing is left to remove.
 */
export function purge(sql: SpaceSql, forMs: number): boolean {
  const taken = takenRecords(sql)
  if (taken.size === 0) return true
  const [upTo, last, ...begun] = walkOf(sql)
  const startOf = blockStarts(sql)
  const until = performance.now() + forMs
  let place: readonly [block: number, group: number, term: string] = begun
  for (let isLast = false; !isLast;) {
    const chunks = sql(nextChunks).all(...place, last, chunksAtOnce) as Chunk[]
    isLast = chunks.length < chunksAtOnce
    for (const [index, chunk] of chunks.entries()) {
      purgeChunk(sql, chunk, startOf.get(chunk[0]) ?? 0, taken)
      const [block, group, first] = chunk
      place = [block, group, first]
      const isDone = isLast && index === chunks.length - 1
      if (isDone || performance.now() < until) continue
      sql('UPDATE @purge SET block = ?, grp = ?, term = ?').run(...place)
      return false
    }
  }
  sql('DELETE FROM @taken WHERE n <= ?').run(upTo)
  sql('DELETE FROM @purge').run()
  sql(raiseMark).run(walkedMark)
  forgetTaken(sql)
  return sql('SELECT 1 FROM @taken LIMIT 1').get() === undefined
}

/** Where each block begins that has postings. */
export function blockStarts(sql: SpaceSql): ReadonlyMap<number, Seq> {
  return new Map(sql(starts).all() as [block: number, start: Seq][])
}

function walkOf(sql: SpaceSql): Walk {
  const begun = sql(selectWalk).get() as Walk | undefined
  if (begun) return begun
  sql(insertWalk).run()
  return sql(selectWalk).get() as Walk
}

function walksOf(sql: SpaceSql): number {
  return (sql(readMark).get(walkedMark) as [number] | undefined)?.[0] ?? 0
}

/** Writes a chunk anew without the records that are taken, if it has any; returns its last term. */
export function purgeChunk(
  sql: SpaceSql,
  [block, group, first, bytes]: Chunk,
  start: number,
  taken: ReadonlySet<Seq>,
): string {
  const reader = new ChunkReader(bytes)
  const postings = new PostingReader(bytes.length)
  const kept: (readonly [term: string, entries: Uint8Array])[] = []
  let isChanged = false
  let last = first
  while (reader.next()) {
    const { term, entries } = reader
    last = term
    postings.count = 0
    postings.read(start, entries)
    const before = postings.count
    postings.leaveOut(taken)
    if (postings.count === before) {
      kept.push([term, entries])
      continue
    }
    isChanged = true
    if (postings.count === 0) continue
    const list = new PostingWriter(start)
    for (let at = 0; at < postings.count; at += 1) list.add(postings.slots[at] ?? 0, postings.codes[at] ?? 0)
    kept.push([term, list.bytes])
  }
  if (isChanged) rewrite(sql, { block, group }, [first, bytes], kept)
  return last
}
