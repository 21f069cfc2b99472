import type { Postings, TermSource, Totals } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { joinPostings, readPostings } from './posting-list.ts'

/** Records that a search leaves out, by position, with the number of their terms. */
export type LeftOut = ReadonlyMap<number, number>

/** The terms of the groups of records that a search may see, as far as they stand in blocks. */
export class IndexedTerms implements TermSource {
  readonly totals: Totals
  readonly #sql: SpaceSql
  readonly #groups: readonly number[]
  readonly #without: LeftOut

  constructor(sql: SpaceSql, groups: readonly GroupRow[], without: LeftOut) {
    this.#sql = sql
    this.#groups = groups.map(([number]) => number)
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
    const sql = `SELECT b.block, entries FROM @blocks b CROSS JOIN @postings p
      ON p.block = b.block AND p.grp = ? AND p.term = ? ORDER BY b.block`
    const blocks = new Map<number, Uint8Array[]>()
    for (const group of this.#groups) {
      for (const [block, entries] of this.#sql(sql).all(group, term) as [number, Uint8Array][]) {
        const lists = blocks.get(block)
        if (lists) lists.push(entries)
        else blocks.set(block, [entries])
      }
    }
    const inOrder = [...blocks].toSorted(([a], [b]) => a - b)
    return joinPostings(inOrder.map(([block, lists]) => this.#read(block, lists)))
  }

  known(terms: readonly string[]): readonly string[] {
    const sql = `SELECT DISTINCT wanted.value FROM json_each(?) wanted CROSS JOIN @blocks b CROSS JOIN @postings p
      ON p.block = b.block AND p.grp = ? AND p.term = wanted.value`
    const wanted = JSON.stringify(terms)
    const found = this.#groups.flatMap((group) => this.#sql(sql).all(wanted, group) as [string][])
    return this.#having(new Set(found.map(([term]) => term)))
  }

  beginning(prefix: string, limit: number): readonly string[] {
    const sql = `SELECT DISTINCT p.term FROM @blocks b CROSS JOIN @postings p
      ON p.block = b.block AND p.grp = ? AND p.term >= ? AND p.term < ? ORDER BY p.term LIMIT ?`
    // Records that are left out may be all that have a term.
    const most = limit + this.#without.size * 1_000
    const end = `${prefix}\u{10FFFF}`
    const found = this.#groups.flatMap((group) => this.#sql(sql).all(group, prefix, end, most) as [string][])
    return this.#having(new Set(found.map(([term]) => term)))
      .toSorted()
      .slice(0, limit)
  }

  mayHave(prefix: string): boolean {
    const sql = `SELECT 1 FROM @blocks b CROSS JOIN @postings p
      ON p.block = b.block AND p.grp = ? AND p.term >= ? AND p.term < ? LIMIT 1`
    return this.#groups.some((group) => this.#sql(sql).get(group, prefix, `${prefix}\u{10FFFF}`) !== undefined)
  }

  #having(terms: ReadonlySet<string>): string[] {
    const all = [...terms]
    return this.#without.size === 0 ? all : all.filter((term) => this.postings(term).slots.length > 0)
  }

  #read(block: number, lists: readonly Uint8Array[]): Postings {
    // An entry takes two bytes at least.
    const most = lists.reduce((sum, { length }) => sum + length, 0) >> 1
    const slots = new Float64Array(most)
    const codes = new Uint16Array(most)
    let count = 0
    for (const bytes of lists) {
      readPostings(block, bytes, (seq, code) => {
        if (this.#without.size > 0 && this.#without.has(seq)) return
        slots[count] = seq
        codes[count] = code
        count += 1
      })
    }
    const found = { slots: slots.subarray(0, count), codes: codes.subarray(0, count) }
    return lists.length > 1 ? sorted(found) : found
  }
}

/** A row of `groups`. */
export type GroupRow = readonly [number: number, level: number, compartments: string, records: number, length: number]

function sorted({ slots, codes }: Postings): Postings {
  const order = Uint32Array.from(slots, (_, at) => at).toSorted((a, b) => (slots[a] ?? 0) - (slots[b] ?? 0))
  return {
    slots: Float64Array.from(order, (at) => slots[at] ?? 0),
    codes: Uint16Array.from(order, (at) => codes[at] ?? 0),
  }
}
