import { compareNames } from '@skein/memory/store'
import type { Postings, TermSource, Totals } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { noPostings, PostingReader } from './posting-list.ts'

/** Records that a search leaves out, by position, with the number of their terms. */
export type LeftOut = ReadonlyMap<number, number>

/** What a block has of a term, in one group: the position where the block begins, and the list. */
type BlockList = readonly [start: number, entries: Uint8Array]

const withTerm = `SELECT b.start, entries FROM @blocks b CROSS JOIN @postings p
  ON p.block = b.block AND p.grp = ? AND p.term = ?`
const withPrefix = `SELECT p.term, b.start, entries FROM @blocks b CROSS JOIN @postings p
  ON p.block = b.block AND p.grp = ? AND p.term >= ? AND p.term < ?`
const nextTerm = 'SELECT term FROM @postings WHERE block = ? AND grp = ? AND term >= ? ORDER BY term LIMIT 1'
const firstTerms = `SELECT term FROM @postings WHERE block = ? AND grp = ? AND term >= ? AND term < ?
  ORDER BY term LIMIT ?`

/** The terms of the groups of records that a search may see, as far as they stand in blocks. */
export class IndexedTerms implements TermSource {
  readonly totals: Totals
  readonly #sql: SpaceSql
  readonly #groups: readonly GroupRow[]
  readonly #without: LeftOut
  /** What was found with the names of terms. */
  readonly #lists = new Map<string, readonly BlockList[]>()

  constructor(sql: SpaceSql, groups: readonly GroupRow[], without: LeftOut) {
    this.#sql = sql
    this.#groups = groups
    this.#without = without
    let records = -without.size
    let length = 0
    for (const [, , , recordsOf, lengthOf] of groups) {
      records += recordsOf
      length += lengthOf
    }
    for (const one of without.values()) length -= one
    this.totals = { records, length }
  }

  postings(term: string): Postings {
    const lists =
      this.#lists.get(term) ?? this.#groups.flatMap(([group]) => this.#rows<BlockList>(withTerm, group, term))
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
    if (this.#without.size > 0) reader.leaveOut(this.#without)
    return reader.postings
  }

  /** Most of what is asked for lies between two terms of a block, so one look often answers for many. */
  known(terms: readonly string[]): readonly string[] {
    const wanted = terms.toSorted(compareNames)
    const found = new Set<string>()
    for (const block of this.#blocks) {
      for (const [group] of this.#groups) {
        for (let at = 0; at < wanted.length;) {
          const [next] = (this.#sql(nextTerm).get(block, group, wanted[at]) as [string] | undefined) ?? []
          if (next === undefined) break
          while (at < wanted.length && compareNames(wanted[at] ?? '', next) < 0) at += 1
          if (wanted[at] !== next) continue
          found.add(next)
          at += 1
        }
      }
    }
    const known = wanted.filter((term) => found.has(term))
    return this.#without.size === 0 ? known : known.filter((term) => this.postings(term).slots.length > 0)
  }

  beginning(prefix: string, limit: number): readonly string[] {
    const end = `${prefix}\u{10FFFF}`
    const terms: string[] = []
    for (let from = prefix; ;) {
      // The first terms of each block hold the first of all.
      const next = new Set<string>()
      let isEnd = true
      for (const [group] of this.#groups) {
        for (const block of this.#blocks) {
          const found = this.#rows<[string]>(firstTerms, block, group, from, end, limit)
          for (const [term] of found) next.add(term)
          isEnd &&= found.length < limit
        }
      }
      const first = [...next].toSorted(compareNames).slice(0, isEnd ? undefined : limit)
      const last = first.at(-1)
      if (last === undefined) return terms
      const past = `${last}\0`
      const lists = this.#groups.flatMap(([group]) => this.#rows<NamedList>(withPrefix, group, from, past))
      // Records that are left out may be all that have a term.
      terms.push(...this.#having(lists))
      if (isEnd || terms.length >= limit) return terms.slice(0, limit)
      from = past
    }
  }

  mayHave(prefix: string): boolean {
    return this.#groups.some(([, , , , , languages]) => languages.includes(` ${prefix}`))
  }

  get #blocks(): readonly number[] {
    return this.#rows<[number]>('SELECT block FROM @blocks').map(([block]) => block)
  }

  #rows<Found>(sql: string, ...values: unknown[]): Found[] {
    return this.#sql(sql).all(...values) as Found[]
  }

  /** The terms of lists, in order, if anybody has them; the lists are kept for {@link IndexedTerms.postings}. */
  #having(named: readonly NamedList[]): string[] {
    const found = new Map<string, BlockList[]>()
    for (const [term, ...list] of named) {
      const lists = found.get(term)
      if (lists) lists.push(list)
      else found.set(term, [list])
    }
    for (const [term, lists] of found) this.#lists.set(term, lists)
    const terms = [...found.keys()].toSorted(compareNames)
    return this.#without.size === 0 ? terms : terms.filter((term) => this.postings(term).slots.length > 0)
  }
}

type NamedList = readonly [term: string, ...BlockList]

/** A row of `groups`; each language stands there as its terms begin, with a space before and after it. */
export type GroupRow = readonly [
  number: number,
  level: number,
  compartments: string,
  records: number,
  length: number,
  languages: string,
]
