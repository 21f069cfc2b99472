import type { QueryWord } from '../store/query.ts'
import { languages } from './languages.ts'
import type { Language } from './languages.ts'
import { impactTable, rounded, weightOf } from './ranking.ts'
import type { PostingCode, Totals } from './ranking.ts'
import { similarForms } from './edits.ts'
import { marked } from './stem.ts'

/** The records that have a term. A slot stands for a record; the store says which. */
export interface Postings {
  /** Ascending. */
  readonly slots: ArrayLike<number>
  /** For each slot. */
  readonly codes: ArrayLike<PostingCode>
}

/** What a store knows of terms, of the records alone that a search may see. */
export interface TermSource {
  readonly totals: Totals
  postings(term: string): Postings
  /** Those of some terms that a record has. */
  known(terms: readonly string[]): readonly string[]
  /** The first terms, in order, that begin in a way. */
  beginning(prefix: string, limit: number): readonly string[]
  /** Whether there may be terms that begin in a way: what is there not need not be looked for. */
  mayHave(prefix: string): boolean
}

/** The records that match a word, with what that adds to their scores. */
export interface WordMatches {
  /** Ascending. */
  readonly slots: ArrayLike<number>
  readonly scores: Float64Array
  /** The highest of the scores. */
  readonly best: number
  /** How much of a query that matches: 1 for a word, less for a typo. */
  readonly coverage: number
  readonly required: boolean
}

/** Most terms that a beginning of a word stands for. */
const mostContinuations = 128
/** A word that so many records have was meant as it was typed. */
const enough = 100
// Below the least that the word itself can give, if there are records that have it.
const typoBesideWord = 0.125
const typoAlone = 0.5

/** Finds the matches of each word of a query. */
export function matchWords(words: readonly QueryWord[], source: TermSource): WordMatches[] {
  const impacts = impactTable(source.totals)
  const present = languages.filter((each) => each === 'en' || source.mayHave(marked('', each)))
  return words.flatMap((word) => {
    const { required = false } = word
    const found = termsFor(word, source, present)
      .map((term) => source.postings(term))
      .filter(({ slots }) => slots.length > 0)
    const exact = union(found, impacts)
    const matches: WordMatches[] = []
    const weight = weightOf(exact.slots.length, source.totals)
    // A required word that nobody has stays in the list: nothing is found.
    if (exact.slots.length > 0 || required) matches.push(weighed(exact, weight, 1, required))
    if (word.typed !== undefined && exact.slots.length < enough) {
      const terms = similarTerms(word, source, exact.slots.length > 0 ? [] : present)
      // Who has the word itself gets nothing for one that is like it.
      const having = new Set(Array.from(exact.slots))
      const similar = union(
        terms.map((term) => without(source.postings(term), having)),
        impacts,
      )
      const factor = exact.slots.length > 0 ? typoBesideWord : typoAlone
      const typoWeight = exact.slots.length > 0 ? weight : weightOf(similar.slots.length, source.totals)
      if (similar.slots.length > 0) matches.push(weighed(similar, typoWeight * factor, factor, false))
    }
    return matches
  })
}

function termsFor({ terms, prefixes = [] }: QueryWord, source: TermSource, present: readonly Language[]): string[] {
  const isPresent = (term: string): boolean =>
    !/^[a-z]{2}:/.test(term) || present.includes(term.slice(0, 2) as Language)
  const continued = prefixes.filter(isPresent).flatMap((prefix) => source.beginning(prefix, mostContinuations))
  return [...new Set([...terms.filter(isPresent), ...continued])]
}

/** Words at one edit from what was typed, in the language of the query; in others only if nothing is spelled alike. */
function similarTerms(
  { typed = '', language = 'en', terms }: QueryWord,
  source: TermSource,
  others: readonly Language[],
): readonly string[] {
  const candidates: string[] = []
  for (const each of new Set([language as Language, ...others])) {
    for (const form of similarForms(typed, each)) if (!terms.includes(form)) candidates.push(form)
  }
  return candidates.length === 0 ? [] : source.known([...new Set(candidates)])
}

function without({ slots, codes }: Postings, left: ReadonlySet<number>): Postings {
  if (left.size === 0) return { slots, codes }
  const places = Array.from(slots, (_, at) => at).filter((at) => !left.has(slots[at] ?? -1))
  return { slots: places.map((at) => slots[at] ?? 0), codes: places.map((at) => codes[at] ?? 0) }
}

interface Impacts {
  readonly slots: ArrayLike<number>
  readonly scores: Float64Array
}

function weighed({ slots, scores }: Impacts, weight: number, coverage: number, required: boolean): WordMatches {
  let best = 0
  for (let at = 0; at < scores.length; at += 1) {
    const score = rounded((scores[at] ?? 0) * weight)
    scores[at] = score
    if (score > best) best = score
  }
  return { slots, scores, best, coverage, required }
}

/** The records that have any of some terms; what the best of these gives counts. */
function union(lists: readonly Postings[], impacts: Float64Array): Impacts {
  let all = lists.map(({ slots, codes }): Impacts => {
    const scores = new Float64Array(slots.length)
    for (let at = 0; at < scores.length; at += 1) scores[at] = impacts[codes[at] ?? 0] ?? 0
    return { slots, scores }
  })
  while (all.length > 1) {
    all = Array.from({ length: Math.ceil(all.length / 2) }, (_, at) => merge(all[2 * at] as Impacts, all[2 * at + 1]))
  }
  return all[0] ?? { slots: [], scores: new Float64Array(0) }
}

function merge(a: Impacts, b: Impacts | undefined): Impacts {
  if (!b) return a
  const slots = new Float64Array(a.slots.length + b.slots.length)
  const scores = new Float64Array(slots.length)
  let [atA, atB, length] = [0, 0, 0]
  while (atA < a.slots.length || atB < b.slots.length) {
    const [slotA = Infinity, slotB = Infinity] = [a.slots[atA], b.slots[atB]]
    slots[length] = Math.min(slotA, slotB)
    scores[length] = Math.max(slotA <= slotB ? (a.scores[atA] ?? 0) : 0, slotB <= slotA ? (b.scores[atB] ?? 0) : 0)
    if (slotA <= slotB) atA += 1
    if (slotB <= slotA) atB += 1
    length += 1
  }
  return { slots: slots.subarray(0, length), scores: scores.subarray(0, length) }
}
