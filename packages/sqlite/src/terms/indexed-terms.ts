import { compareNames } from '@skein/memory/store'
import type { Postings, TermSource, Totals } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { blockWords } from './block-words.ts'
import type { BlockRange, BlockWords } from './block-words.ts'
import type { IndexState, TermsGroup } from './index-state.ts'
import { ChunkReader, listIn, listsOf } from './posting-chunk.ts'
import type { TermList } from './posting-chunk.ts'
import { noPostings, PostingReader } from './posting-list.ts'

/** What a block has of a term, in one group: the position where the block begins, and the list. */
type BlockList = readonly [start: number, entries: Uint8Array]

/** How many chunks a search reads for their words at most: to look for typos in the blocks themselves takes as long. */
const chunksAtOnce = 1_024

/** The chunk of each block in which a term stands, if it stands there. */
const withTerm = `SELECT start, (SELECT entries FROM @postings WHERE block = b.block AND grp = ? AND term <= ?
  ORDER BY term DESC LIMIT 1) FROM @blocks b`
const selectChunk = `SELECT term, entries FROM @postings WHERE block = ? AND grp = ? AND term <= ?
  ORDER BY term DESC LIMIT 1`
const nextChunk = `SELECT term, entries FROM @postings WHERE block = ? AND grp = ? AND term > ? ORDER BY term LIMIT 1`

/** The terms of the groups of records that a search may see, as far as they are in blocks. */
export class IndexedTerms implements TermSource {
  readonly totals: Totals
  readonly #sql: SpaceSql
  readonly #groups: readonly TermsGroup[]
  readonly #blocks: readonly BlockRange[]
  readonly #words: BlockWords
  /** Whether all blocks were read for their words. */
  #isRead: boolean
  /** Records that count in their groups and are left out, with the number of their terms. */
  readonly #expired: ReadonlyMap<number, number>
  /** Records that are left out and count no more. */
  readonly #taken: ReadonlySet<number>
  readonly #isWhole: boolean
  /** What was found of terms. */
  readonly #lists = new Map<string, readonly BlockList[]>()

  /** @param expired - Records of these groups that have expired, with the number of their terms. */
  constructor(
    sql: SpaceSql,
    groups: readonly TermsGroup[],
    { blocks, taken }: Pick<IndexState, 'blocks' | 'taken'>,
    expired: ReadonlyMap<number, number>,
  ) {
    this.#sql = sql
    this.#groups = groups
    this.#blocks = blocks
    this.#words = blockWords(sql)
    this.#isRead = this.#words.unread(blocks).length === 0
    this.#expired = expired
    this.#taken = taken
    this.#isWhole = expired.size + taken.size === 0
    let records = -expired.size
    let total = 0
    for (const group of groups) {
      records += group.records
      total += group.length
    }
    for (const one of expired.values()) total -= one
    this.totals = { records, length: total }
  }

  postings(term: string): Postings {
    const lists = this.#listsOf(term)
    if (lists.length === 0) return noPostings
    const reader = new PostingReader(lists.reduce((sum, [, { length }]) => sum + length, 0))
    let [block, from, isMixed] = [-1, 0, false]
    for (const [start, entries] of lists.toSorted(([a], [b]) => a - b)) {
      if (start === block) isMixed = true
      else {
        if (isMixed) reader.sortFrom(from)
        ;[block, from, isMixed] = [start, reader.count, false]
      }
      reader.read(start, entries)
    }
    if (isMixed) reader.sortFrom(from)
    if (this.#expired.size > 0) reader.leaveOut(this.#expired)
    if (this.#taken.size > 0) reader.leaveOut(this.#taken)
    return reader.postings
  }

  known(terms: readonly string[]): readonly string[] {
    this.#words.advance(this.#blocks, chunksAtOnce)
    const unread = this.#words.unread(this.#blocks)
    this.#isRead = unread.length === 0
    const found = new Set(terms.filter((term) => this.#words.mayHave(term) && this.#listsOf(term).length > 0))
    if (unread.length > 0) this.#findIn(unread, terms, found)
    const known = terms.filter((term) => found.has(term)).toSorted(compareNames)
    return this.#isWhole ? known : known.filter((term) => this.#isThere(term))
  }

  /** Adds those of some terms that some blocks have. Most of them lie close together, so one chunk often answers for many. */
  #findIn(blocks: readonly BlockRange[], terms: readonly string[], found: Set<string>): void {
    const wanted = terms.filter((term) => !found.has(term)).toSorted(compareNames)
    const names = wanted.map((term) => Buffer.from(term))
    for (const { block } of blocks) {
      for (const { group } of this.#groups) {
        let at = 0
        let chunk = this.#chunkAt(block, group, wanted[at] ?? '')
        while (chunk) {
          const reader = new ChunkReader(chunk[1])
          while (at < wanted.length && reader.next()) {
            while (at < wanted.length && reader.compare(names[at] as Buffer) > 0) at += 1
            if (at < wanted.length && reader.compare(names[at] as Buffer) === 0) found.add(wanted[at++] as string)
          }
          if (at === wanted.length) break
          const [first] = chunk
          chunk = this.#chunkAt(block, group, wanted[at] as string)
          // What lies between two chunks is in none.
          if (chunk?.[0] === first) chunk = this.#chunkAfter(block, group, first)
        }
      }
    }
  }

  beginning(prefix: string, limit: number): readonly string[] {
    const terms: string[] = []
    for (let from = prefix; ;) {
      // The first terms of each block hold the first of all.
      const found = new Map<string, BlockList[]>()
      let isEnd = true
      for (const { group } of this.#groups) {
        for (const { block, start } of this.#blocks) {
          let count = 0
          for (const [term, entries] of this.#listsFrom(block, group, from)) {
            if (!term.startsWith(prefix)) break
            isEnd &&= count < limit
            if (count === limit) break
            const lists = found.get(term)
            if (lists) lists.push([start, entries])
            else found.set(term, [[start, entries]])
            count += 1
          }
        }
      }
      const first = [...found.keys()].toSorted(compareNames).slice(0, isEnd ? undefined : limit)
      const last = first.at(-1)
      if (last === undefined) return terms
      for (const term of first) this.#lists.set(term, found.get(term) ?? [])
      // Records that are left out may be all that have a term.
      terms.push(...(this.#isWhole ? first : first.filter((term) => this.#isThere(term))))
      if (isEnd || terms.length >= limit) return terms.slice(0, limit)
      from = `${last}\0`
    }
  }

  mayHave(prefix: string): boolean {
    return this.#groups.some(({ languages }) => languages.includes(` ${prefix}`))
  }

  #isThere(term: string): boolean {
    return this.postings(term).slots.length > 0
  }

  #listsOf(term: string): readonly BlockList[] {
    const known = this.#lists.get(term)
    if (known) return known
    if (this.#isRead && !this.#words.mayHave(term)) return []
    const name = Buffer.from(term)
    const chunks = this.#groups.flatMap(({ group }) => this.#sql(withTerm).all(group, term) as FoundChunk[])
    const lists = chunks.flatMap(([start, chunk]): BlockList[] => {
      const entries = chunk && listIn(chunk, name)
      return entries ? [[start, entries]] : []
    })
    this.#lists.set(term, lists)
    return lists
  }

  /** The lists of a block and a group from a term on. */
  *#listsFrom(block: number, group: number, from: string): Generator<TermList> {
    let chunk = this.#chunkAt(block, group, from)
    for (; chunk; chunk = this.#chunkAfter(block, group, chunk[0])) {
      for (const list of listsOf(chunk[1])) if (compareNames(list[0], from) >= 0) yield list
    }
  }

  /** The chunk in which a term stands, if the block has it; the first one if it comes before all. */
  #chunkAt(block: number, group: number, term: string): Chunk | undefined {
    const found = this.#sql(selectChunk).get(block, group, term) as Chunk | undefined
    return found ?? this.#chunkAfter(block, group, term)
  }

  #chunkAfter(block: number, group: number, first: string): Chunk | undefined {
    return this.#sql(nextChunk).get(block, group, first) as Chunk | undefined
  }
}

type Chunk = readonly [first: string, lists: Uint8Array]
/** Of a block that begins at a position, if there is one. */
type FoundChunk = readonly [start: number, lists: Uint8Array | null]
