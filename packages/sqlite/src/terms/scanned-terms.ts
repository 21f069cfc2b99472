import { compareNames } from '@skein/memory/store'
import type { Postings, TermSource, Totals } from '@skein/memory/store'

import { noPostings, unpackTerms } from './posting-list.ts'

/** A record as a scan finds it: its position, and its terms as they are packed. */
export type ScannedRow = readonly [seq: number, terms: string]

/** The terms of a few records, read one by one. */
export class ScannedTerms implements TermSource {
  readonly totals: Totals
  readonly #postings = new Map<string, { slots: number[]; codes: number[] }>()

  /** What terms of other languages than English begin with. */
  readonly #languages = new Set<string>()

  /** @param rows - In the order of their positions. */
  constructor(rows: Iterable<ScannedRow>) {
    let [records, total] = [0, 0]
    for (const [seq, packed] of rows) {
      const { codes, length } = unpacked(seq, packed)
      records += 1
      total += length
      for (const [term, code] of codes) {
        let list = this.#postings.get(term)
        if (!list) {
          this.#postings.set(term, (list = { slots: [], codes: [] }))
          if (term[2] === ':') this.#languages.add(term.slice(0, 3))
        }
        list.slots.push(seq)
        list.codes.push(code)
      }
    }
    this.totals = { records, length: total }
  }

  postings(term: string): Postings {
    return this.#postings.get(term) ?? noPostings
  }

  known(terms: readonly string[]): readonly string[] {
    return terms.filter((term) => this.#postings.has(term))
  }

  beginning(prefix: string, limit: number): readonly string[] {
    const found = [...this.#postings.keys()].filter((term) => term.startsWith(prefix))
    return found.toSorted(compareNames).slice(0, limit)
  }

  mayHave(prefix: string): boolean {
    return !prefix.endsWith(':') || this.#languages.has(prefix)
  }
}

type Unpacked = ReturnType<typeof unpackTerms>

/** What was unpacked last, by position: the newest records are scanned by every search. */
const recent = new Map<number, { readonly packed: string; readonly terms: Unpacked }>()
const mostRecent = 4_096

function unpacked(seq: number, packed: string): Unpacked {
  const known = recent.get(seq)
  if (known?.packed === packed) return known.terms
  const terms = unpackTerms(packed)
  if (recent.size >= mostRecent) recent.clear()
  recent.set(seq, { packed, terms })
  return terms
}
