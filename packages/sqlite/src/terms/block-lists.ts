import { compareNames } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { ChunkWriter, listsOf } from './posting-chunk.ts'
import type { TermList } from './posting-chunk.ts'
import { withoutRecord, withRecord } from './posting-list.ts'
import type { PostingWriter } from './posting-list.ts'

/** Where a record stands, or is to stand, in the list of a term. */
export interface ListPlace {
  readonly block: number
  /** The position where the block begins. */
  readonly start: number
  readonly group: number
  readonly term: string
  readonly seq: number
}

const insertChunk = 'INSERT INTO @postings (block, grp, term, entries) VALUES (?, ?, ?, ?)'
const deleteChunk = 'DELETE FROM @postings WHERE block = ? AND grp = ? AND term = ?'
const updateChunk = 'UPDATE @postings SET entries = ? WHERE block = ? AND grp = ? AND term = ?'
/** The chunk in which a term stands, if it is in the block. */
const selectChunk = `SELECT term, entries FROM @postings WHERE block = ? AND grp = ? AND term <= ?
  ORDER BY term DESC LIMIT 1`

type Chunk = readonly [first: string, bytes: Uint8Array]

/** Writes lists of one group of a block, in the order of their terms. */
export function listWriter(sql: SpaceSql, block: number, group: number): ChunkWriter {
  const insert = sql(insertChunk)
  return new ChunkWriter((first, chunk) => void insert.run(block, group, first, chunk))
}

/** Writes the lists of a block in the order of groups and terms. */
export class BlockWriter {
  readonly #sql: SpaceSql
  readonly #block: number
  #group = -1
  #chunks: ChunkWriter | undefined

  constructor(sql: SpaceSql, block: number) {
    this.#sql = sql
    this.#block = block
  }

  add([group, term]: readonly [group: number, term: string], list: PostingWriter): void {
    if (!this.#chunks || group !== this.#group) {
      this.flush()
      this.#chunks = listWriter(this.#sql, this.#block, group)
      this.#group = group
    }
    this.#chunks.add(term, list.buffer, list.length)
  }

  flush(): void {
    this.#chunks?.flush()
  }
}

/** Adds a record to a list, at its place in the order of positions. */
export function putRecord(sql: SpaceSql, place: ListPlace, code: number): void {
  const { block, start, group, term, seq } = place
  const chunk = sql(selectChunk).get(block, group, term) as Chunk | undefined
  const lists = chunk ? listsOf(chunk[1]) : []
  const found = lists.findIndex(([one]) => compareNames(one, term) >= 0)
  const at = found < 0 ? lists.length : found
  const known = lists[at]?.[0] === term ? lists[at][1] : undefined
  const list: TermList = [term, withRecord(start, known ?? new Uint8Array(), seq, code)]
  rewrite(sql, place, chunk, lists.toSpliced(at, known ? 1 : 0, list))
}

/** Removes a record from a list; returns whether it was there. */
export function dropRecord(sql: SpaceSql, place: ListPlace): boolean {
  const { block, start, group, term, seq } = place
  const chunk = sql(selectChunk).get(block, group, term) as Chunk | undefined
  if (!chunk) return false
  const lists = listsOf(chunk[1])
  const at = lists.findIndex(([one]) => one === term)
  const kept = lists[at] && withoutRecord(start, lists[at][1], seq)
  if (!kept) return false
  rewrite(sql, place, chunk, kept.length === 0 ? lists.toSpliced(at, 1) : lists.with(at, [term, kept]))
  return true
}

/** Writes lists in place of a chunk. What it began with may be gone, then nothing of it is left. */
export function rewrite(
  sql: SpaceSql,
  { block, group }: Pick<ListPlace, 'block' | 'group'>,
  chunk: Chunk | undefined,
  lists: readonly TermList[],
): void {
  let isReplaced = false
  const writer = new ChunkWriter((first, bytes) => {
    if (first !== chunk?.[0]) sql(insertChunk).run(block, group, first, bytes)
    else {
      sql(updateChunk).run(bytes, block, group, first)
      isReplaced = true
    }
  })
  for (const [term, entries] of lists) writer.add(term, entries)
  writer.flush()
  if (chunk && !isReplaced) sql(deleteChunk).run(block, group, chunk[0])
}
