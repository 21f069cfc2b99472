import { rankMatches, rankTexts } from './ranking.ts'
import { searchableText } from './searchable-text.ts'
import { queryTerms, termsOf } from './search-terms.ts'

/** A value that holds a word of a query, by its place among the values. A higher score is a better match. */
export interface RankedValue {
  readonly index: number
  readonly score: number
}

/**
 * Ranks values that are at hand as a search ranks records: by the words of a query, best first. A value without any of
 * them is left out.
 *
 * @param values - Strings, or JSON data whose strings and numbers count.
 */
export function rankValues(values: readonly unknown[], query: string): readonly RankedValue[] {
  const terms = queryTerms(query)
  const texts = values.map((value) => ({ terms: termsOf(searchableText(value)) }))
  const words = texts.map((text) => new Set(text.terms))
  const postings = terms.map((term) => [...words.keys()].filter((index) => words[index]?.has(term)))
  const matches = rankMatches(postings, values.length)
  const found = matches.best.map(({ seq }) => seq)
  const scores = rankTexts(
    found.map((index) => texts[index] ?? { terms: [] }),
    terms,
    matches,
  )
  return found
    .map((index, place) => ({ index, score: scores[place] ?? 0 }))
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
}
