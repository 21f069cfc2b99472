import { compareNames } from '@skein/memory/store'
import type { Postings, TermSource, Totals } from '@skein/memory/store'

import { joinPostings } from './posting-list.ts'

/** Two sources as one; all positions of the second lie behind those of the first. */
export class JointTerms implements TermSource {
  readonly totals: Totals
  readonly #older: TermSource
  readonly #newer: TermSource

  constructor(older: TermSource, newer: TermSource) {
    this.#older = older
    this.#newer = newer
    this.totals = {
      records: older.totals.records + newer.totals.records,
      length: older.totals.length + newer.totals.length,
    }
  }

  postings(term: string): Postings {
    const lists = [this.#older.postings(term), this.#newer.postings(term)]
    return joinPostings(lists.filter(({ slots }) => slots.length > 0))
  }

  known(terms: readonly string[]): readonly string[] {
    return [...new Set([...this.#older.known(terms), ...this.#newer.known(terms)])]
  }

  beginning(prefix: string, limit: number): readonly string[] {
    const found = [...this.#older.beginning(prefix, limit), ...this.#newer.beginning(prefix, limit)]
    return [...new Set(found)].toSorted(compareNames).slice(0, limit)
  }

  mayHave(prefix: string): boolean {
    return this.#older.mayHave(prefix) || this.#newer.mayHave(prefix)
  }
}

/** The records of a source that are among some. */
export class TermsAmong implements TermSource {
  readonly totals: Totals
  readonly #source: TermSource
  readonly #among: ReadonlySet<number>

  constructor(source: TermSource, among: ReadonlySet<number>, totals: Totals) {
    this.#source = source
    this.#among = among
    this.totals = totals
  }

  postings(term: string): Postings {
    const { slots, codes } = this.#source.postings(term)
    const kept: { slots: number[]; codes: number[] } = { slots: [], codes: [] }
    for (let at = 0; at < slots.length; at += 1) {
      const slot = slots[at] ?? 0
      if (!this.#among.has(slot)) continue
      kept.slots.push(slot)
      kept.codes.push(codes[at] ?? 0)
    }
    return kept
  }

  known(terms: readonly string[]): readonly string[] {
    return this.#source.known(terms).filter((term) => this.postings(term).slots.length > 0)
  }

  beginning(prefix: string, limit: number): readonly string[] {
    const all = this.#source.beginning(prefix, Number.MAX_SAFE_INTEGER)
    const found: string[] = []
    for (const term of all) {
      if (found.length === limit) break
      if (this.postings(term).slots.length > 0) found.push(term)
    }
    return found
  }
  mayHave(prefix: string): boolean {
    return this.#source.mayHave(prefix)
  }
}
