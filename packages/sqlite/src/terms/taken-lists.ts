import { compareNames } from '@skein/memory/store'
import type { Seq } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import type { TakenPlace } from './taken-records.ts'
import { blockStarts, endTaken, purgeChunk, takenRecords } from './taken-records.ts'

/** So many terms are remembered at most. For those of more records, a walk over all chunks takes less. */
const mostTerms = 30_000

const selectBlocks = 'SELECT block, start FROM @blocks ORDER BY start'
const selectMerged = 'SELECT block, start FROM @merging UNION ALL SELECT block, start FROM @dropping'
const selectChunk = `SELECT block, grp, term, entries FROM @postings WHERE block = ? AND grp = ? AND term <= ?
  ORDER BY term DESC LIMIT 1`

type Block = readonly [block: number, start: number]

/** A record that was taken out of the index, and the lists where its postings stand. */
interface Taken {
  readonly place: TakenPlace
  readonly group: number
  readonly terms: readonly string[]
}

/** Lists of a group in a block, in the order of their terms. */
interface Lists {
  readonly block: number
  readonly start: number
  readonly group: number
  readonly terms: readonly string[]
}

/** Records whose postings are being removed, the lists to look at, and the place in these. */
interface Pass {
  readonly places: readonly TakenPlace[]
  readonly lists: readonly Lists[]
  list: number
  term: number
}

/**
 * Where the postings of the records stand that this process has taken out of the index, so that it removes them without
 * looking at all others. What it doesn't know, or not any longer, is left to the walk over all chunks.
 */
export class TakenLists {
  readonly #sql: SpaceSql
  #noted: Taken[] = []
  #terms = 0
  #pass: Pass | undefined

  constructor(sql: SpaceSql) {
    this.#sql = sql
  }

  note(place: TakenPlace, group: number, terms: ReadonlyMap<string, unknown>): void {
    this.#terms += terms.size
    if (this.#terms <= mostTerms) this.#noted.push({ place, group, terms: [...terms.keys()] })
    else this.#noted = []
  }

  /** Drops everything: it may have been rolled back. */
  forget(): void {
    this.#noted = []
    this.#terms = 0
    this.#pass = undefined
  }

  /**
   * Goes on removing postings, one chunk at least.
   *
   * @param until - When to stop, as `performance.now` counts.
   * @returns whether none is left that it knows of.
   */
  purge(until: number): boolean {
    while (this.#pass ?? this.#noted.length > 0) {
      this.#pass ??= this.#begin()
      if (!this.#goOn(this.#pass, until)) return false
      endTaken(this.#sql, this.#pass.places)
      this.#pass = undefined
    }
    this.#terms = 0
    return true
  }

  #begin(): Pass {
    const noted = this.#noted
    this.#noted = []
    this.#terms = 0
    return { places: noted.map(({ place }) => place), lists: this.#listsOf(noted), list: 0, term: 0 }
  }

  /** Blocks that are written from here on are without the records, and those where they stand get none that is older. */
  #listsOf(noted: readonly Taken[]): readonly Lists[] {
    const blocks = this.#sql(selectBlocks).all() as Block[]
    const merged = this.#sql(selectMerged).all() as Block[]
    const found = new Map<string, { block: Block; group: number; terms: Set<string> }>()
    for (const { place, group, terms } of noted) {
      const current = blocks[after(blocks, place.seq) - 1]
      for (const block of current ? [current, ...merged] : merged) {
        const name = `${block[0]} ${group}`
        let lists = found.get(name)
        if (!lists) found.set(name, (lists = { block, group, terms: new Set() }))
        for (const term of terms) lists.terms.add(term)
      }
    }
    return [...found.values()].map(({ block: [block, start], group, terms }) => {
      return { block, start, group, terms: [...terms].toSorted(compareNames) }
    })
  }

  #goOn(pass: Pass, until: number): boolean {
    const sql = this.#sql
    const taken = takenRecords(sql)
    const starts = blockStarts(sql)
    for (; pass.list < pass.lists.length; pass.list += 1) {
      const { block, start, group, terms } = pass.lists[pass.list] as Lists
      // It may have been merged by now, without the records.
      if (starts.get(block) !== start) pass.term = terms.length
      while (pass.term < terms.length) {
        const term = terms[pass.term] as string
        const chunk = sql(selectChunk).get(block, group, term) as Parameters<typeof purgeChunk>[1] | undefined
        const last = chunk ? purgeChunk(sql, chunk, start, taken) : term
        pass.term += 1
        while (pass.term < terms.length && compareNames(terms[pass.term] as string, last) <= 0) pass.term += 1
        if (performance.now() >= until) return false
      }
      pass.term = 0
    }
    return true
  }
}

/** How many blocks begin at a position or before it. */
function after(blocks: readonly Block[], seq: Seq): number {
  let [low, high] = [0, blocks.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((blocks[middle]?.[1] ?? 0) <= seq) low = middle + 1
    else high = middle
  }
  return low
}
