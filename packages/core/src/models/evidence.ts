import { searchTerms } from '@skein/memory/store'

import { linearIndexOf } from '../text/index-of.ts'
import type { Citation, CitedSentence, Passage } from './cite.ts'

/** Fewer content words prove nothing, unless they are all that the passage says. */
const fewestWords = 2
/** With so many, a quote need not stand in its passage only once. */
const enoughWords = 5

// Knows words of languages that are written without spaces, too.
const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

/** What a part of a passage lacks to be evidence, as an instruction to whoever quoted it; `undefined` if nothing. */
export function lackOfEvidence(text: string, { start, end }: Pick<Citation, 'start' | 'end'>): string | undefined {
  const quote = text.slice(start, end).trim()
  if (quote !== '' && quote === text.trim()) return undefined
  const words = countContentWords(quote)
  if (words < fewestWords) return 'says too little: quote at least two words that carry meaning'
  if (words >= enoughWords) return undefined
  const isRepeated = linearIndexOf(text.slice(end), quote) !== -1 || linearIndexOf(text.slice(0, start), quote) !== -1
  return isRepeated ? 'stands in its passage more than once: quote more of it' : undefined
}

/** Words that carry meaning, up to as many as are enough: no stop words, no marks, no single letters. */
function countContentWords(text: string): number {
  let count = 0
  for (const { segment, isWordLike } of segmenter.segment(text)) {
    if (isWordLike !== true) continue
    const isLetter = segment.length === 1 && /\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek}/u.test(segment)
    if (!isLetter && searchTerms(segment).length > 0) count += 1
    if (count === enoughWords) break
  }
  return count
}

/**
 * The sentences of a model that cites by itself, without citations that are no evidence.
 * A sentence that is a quotation itself needs no other evidence than its place.
 */
export function withEvidence(
  sentences: readonly CitedSentence[],
  passages: readonly Passage[],
): { sentences: CitedSentence[]; dropped: number } {
  const texts = new Map(passages.map(({ id, text }) => [id, text]))
  const isEvidence = (said: string, { passage, start, end }: Citation): boolean => {
    const text = texts.get(passage)
    if (text === undefined || !(start >= 0 && start < end && end <= text.length)) return false
    return text.slice(start, end).trim() === said.trim() || lackOfEvidence(text, { start, end }) === undefined
  }
  const kept = sentences.flatMap(({ text, citations }): CitedSentence[] => {
    const backed = citations.filter((citation) => isEvidence(text, citation))
    return backed.length === 0 ? [] : [{ text, citations: backed }]
  })
  return { sentences: kept, dropped: sentences.length - kept.length }
}
