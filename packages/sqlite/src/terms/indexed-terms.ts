import { compareNames } from '@skein/memory/store'
import type { Postings, TermSource, Totals } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { ChunkReader, listIn, listsOf } from './posting-chunk.ts'
import type { TermList } from './posting-chunk.ts'
import { noPostings, PostingReader } from './posting-list.ts'

/** Records that a search leaves out, by their positions. */
export interface LeftOut {
  /** Those that count in their groups, with the number of their terms. */
  readonly expired: ReadonlyMap<number, number>
  /** Those that count no more. */
  readonly taken: ReadonlySet<number>
}

/** What a block has of a term, in one group: the position where the block begins, and the list. */
type BlockList = readonly [start: number, entries: Uint8Array]

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
  readonly #groups: readonly GroupRow[]
  readonly #without: LeftOut
  readonly #isWhole: boolean
  /** What was found with the names of terms. */
  readonly #lists = new Map<string, readonly BlockList[]>()

  constructor(sql: SpaceSql, groups: readonly GroupRow[], without: LeftOut) {
    this.#sql = sql
    this.#groups = groups
    this.#without = without
    this.#isWhole = without.expired.size + without.taken.size === 0
    let records = -without.expired.size
    let length = 0
    for (const [, , , recordsOf, lengthOf] of groups) {
      records += recordsOf
      length += lengthOf
    }
    for (const one of without.expired.values()) length -= one
    this.totals = { records, length }
  }

  postings(term: string): Postings {
    const lists = this.#lists.get(term) ?? this.#listsOf(term)
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
    const { expired, taken } = this.#without
    if (expired.size > 0) reader.leaveOut(expired)
    if (taken.size > 0) reader.leaveOut(taken)
    return reader.postings
  }

  /** Most of what is asked for lies close together, so one chunk often answers for many. */
  known(terms: readonly string[]): readonly string[] {
    const wanted = terms.toSorted(compareNames)
    const names = wanted.map((term) => Buffer.from(term))
    const found = new Set<string>()
    for (const [block] of this.#blocks) {
      for (const [group] of this.#groups) {
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
    const known = wanted.filter((term) => found.has(term))
    return this.#isWhole ? known : known.filter((term) => this.#isThere(term))
  }

  beginning(prefix: string, limit: number): readonly string[] {
    const terms: string[] = []
    for (let from = prefix; ;) {
      // The first terms of each block hold the first of all.
      const found = new Map<string, BlockList[]>()
      let isEnd = true
      for (const [group] of this.#groups) {
        for (const [block, start] of this.#blocks) {
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
    return this.#groups.some(([, , , , , languages]) => languages.includes(` ${prefix}`))
  }

  #isThere(term: string): boolean {
    return this.postings(term).slots.length > 0
  }

  #listsOf(term: string): BlockList[] {
    const name = Buffer.from(term)
    const chunks = this.#groups.flatMap(([group]) => this.#sql(withTerm).all(group, term) as FoundChunk[])
    return chunks.flatMap(([start, chunk]) => {
      const entries = chunk && listIn(chunk, name)
      return entries ? [[start, entries]] : []
    })
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

  get #blocks(): readonly (readonly [block: number, start: number])[] {
    return this.#sql('SELECT block, start FROM @blocks').all() as [number, number][]
  }
}

type Chunk = readonly [first: string, lists: Uint8Array]
/** Of a block that begins at a position, if there is one. */
type FoundChunk = readonly [start: number, lists: Uint8Array | null]

/** A row of `groups`; each language stands there as its terms begin, with a space before and after it. */
export type GroupRow = readonly [
  number: number,
  level: number,
  compartments: string,
  records: number,
  length: number,
  languages: string,
]
