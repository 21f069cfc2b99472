import { compareNames } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { ChunkReader } from './posting-chunk.ts'
import type { PostingWriter } from './posting-list.ts'

/** How many chunks of lists of a block are read at a time. */
const pageSize = 4

const selectChunk = `SELECT grp, term, entries FROM @postings WHERE block = ? AND (grp, term) <= (?, ?)
  ORDER BY grp DESC, term DESC LIMIT 1`
const nextChunks = `SELECT grp, term, entries FROM @postings WHERE block = ? AND (grp, term) > (?, ?)
  ORDER BY grp, term LIMIT ${pageSize}`

/** A block, and the position where it begins. */
export type BlockPlace = readonly [block: number, start: number]

/** A list of a block. */
export type ListKey = readonly [group: number, term: string]
type Chunk = readonly [group: number, first: string, lists: Uint8Array]

/** Reads the lists of a block in order. */
export class ListCursor {
  /** Of the list at hand; undefined at the end. */
  key: ListKey | undefined
  readonly #sql: SpaceSql
  readonly #block: number
  readonly #start: number
  #chunks: readonly Chunk[]
  #at = 0
  #reader: ChunkReader | undefined

  /** @param after - The list after which to begin, in the midst of a chunk as a rule. */
  constructor(sql: SpaceSql, [block, start]: BlockPlace, after: ListKey) {
    this.#sql = sql
    this.#block = block
    this.#start = start
    this.#chunks = this.#sql(selectChunk).all(block, ...after) as Chunk[]
    // Where nothing is before a list, what comes after it begins the block.
    if (this.#chunks.length === 0) this.#chunks = [[...after, new Uint8Array()]]
    this.#reader = new ChunkReader(this.#chunks[0]?.[2] ?? new Uint8Array())
    do this.advance()
    while (this.key && compareKeys(this.key, after) <= 0)
  }

  advance(): void {
    while (this.#reader?.next() === false) this.#nextChunk()
    const [group] = this.#chunks[this.#at] ?? [0]
    this.key = this.#reader && [group, this.#reader.term]
  }

  /** Adds the records of the list at hand to another one, but for some. */
  copyTo(list: PostingWriter, without: ReadonlySet<number>): void {
    this.#reader?.copyTo(list, this.#start, without)
  }

  #nextChunk(): void {
    this.#at += 1
    if (this.#at === this.#chunks.length) {
      const [group, first] = this.#chunks[this.#at - 1] ?? [0, '']
      this.#chunks = this.#sql(nextChunks).all(this.#block, group, first) as Chunk[]
      this.#at = 0
    }
    const chunk = this.#chunks[this.#at]
    this.#reader = chunk && new ChunkReader(chunk[2])
  }
}

/** The first of the lists that some cursors are at. */
export function leastOf(cursors: readonly ListCursor[]): ListKey | undefined {
  let least: ListKey | undefined
  for (const { key } of cursors) if (key && (!least || compareKeys(key, least) < 0)) least = key
  return least
}

/** By group and term, in SQLite's order. */
export function compareKeys(
  [groupA, termA]: readonly [number, string, ...unknown[]],
  [groupB, termB]: readonly [number, string, ...unknown[]],
): number {
  return groupA - groupB || compareNames(termA, termB)
}
