import { searchTerms } from '@skein/memory/store'

import type { FoundQuote } from '../text/find-quote.ts'
import { linearIndexOf } from '../text/index-of.ts'
import type { Citation, CitedAnswer, CitedSentence, DropReason, Drops, Passage } from './cite.ts'

/** Fewer content words prove nothing, unless they are all that the passage says. */
const fewestWords = 2
/** In letters. Stop words are known of English alone, but short words mean little in any language: "und der", "的价格". */
const leastWeight = 7
/** With so many, a quote may be in its passage more than once. */
const enoughWords = 5

// Knows words of languages that are written without spaces, too. Made where it is needed: the data of `Intl` take longer
// to load than this package.
let segmenter: Intl.Segmenter | undefined

function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'word' })
  return segmenter.segment(text)
}

/** What is wrong with a sentence or one of its quotes, as an instruction to whoever wrote it. */
export const instructions: Readonly<Record<DropReason, string>> = {
  absent: 'the passage it names does not say this, word for word',
  little: 'it says too little: quote at least two different words that carry meaning',
  repeated: 'it stands in its passage more than once: quote more of it',
  malformed: 'expected a non-empty text and at least one quote',
}

/** Adds up counts of sentences that were left out. */
export function sumDrops(all: readonly Drops[]): Drops {
  const sum: { [Reason in DropReason]?: number } = {}
  for (const drops of all) {
    for (const [reason, count] of Object.entries(drops) as [DropReason, number][])
      sum[reason] = (sum[reason] ?? 0) + count
  }
  return sum
}

/** How many sentences were left out in all, and why; nothing if none. */
export function droppedOf(drops: Drops): { dropped?: number; droppedFor?: Drops } {
  const dropped = Object.values(drops).reduce((sum, count) => sum + count, 0)
  return dropped > 0 ? { dropped, droppedFor: drops } : {}
}

/** Why a part of a passage is no evidence; `undefined` if it is. */
export function lackOfEvidence(
  text: string,
  { start, end, parts = [] }: Pick<Citation, 'start' | 'end'> & Partial<FoundQuote>,
): 'little' | 'repeated' | undefined {
  if (parts.length > 1) return lackOfParts(parts.map((part) => text.slice(part.start, part.end)))
  const quote = text.slice(start, end).trim()
  if (quote !== '' && quote === text.trim()) return undefined
  const { words, weight } = contentOf(quote)
  if (words < fewestWords || weight < leastWeight) return 'little'
  if (words >= enoughWords) return undefined
  const isRepeated = linearIndexOf(text.slice(end), quote) !== -1 || linearIndexOf(text.slice(0, start), quote) !== -1
  return isRepeated ? 'repeated' : undefined
}

/** What an ellipsis leaves out proves nothing, so the parts around it must: each by some words, together by more. */
function lackOfParts(parts: readonly string[]): 'little' | undefined {
  const isScrap = parts.some((part) => contentOf(part).words === 0 || wordsOf(part) < fewestWords)
  const { words, weight } = contentOf(parts.join(' '))
  return isScrap || words <= fewestWords || weight < leastWeight ? 'little' : undefined
}

function wordsOf(text: string): number {
  let count = 0
  for (const { isWordLike } of segmentsOf(text)) if (isWordLike === true) count += 1
  return count
}

/** The distinct words that carry meaning, up to as many as are enough. */
function contentOf(text: string): { words: number; weight: number } {
  const words = new Set<string>()
  let weight = 0
  for (const { segment, isWordLike } of segmentsOf(text)) {
    if (isWordLike !== true) continue
    const word = segment.toLowerCase()
    if (words.has(word) || !carriesMeaning(segment)) continue
    words.add(word)
    weight += weightOf(segment)
    if (words.size === enoughWords && weight >= leastWeight) break
  }
  return { words: words.size, weight }
}

function saysAnything(text: string): boolean {
  // A word between spaces is one in any language, so most sentences need no segmenter.
  if (text.split(' ').some((word) => /^[A-Za-z]+$/.test(word) && carriesMeaning(word))) return true
  for (const { segment, isWordLike } of segmentsOf(text))
    if (isWordLike === true && carriesMeaning(segment)) return true
  return false
}

/** Stop words, marks and single letters don't. */
function carriesMeaning(word: string): boolean {
  const isLetter = word.length === 1 && /\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek}/u.test(word)
  return !isLetter && searchTerms(word).length > 0
}

/** Letters; those that stand for syllables or words count twice, and a number is worth a short word. */
function weightOf(word: string): number {
  if (/^\p{N}/u.test(word)) return 4
  const dense = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u.test(word)
  return word.length * (dense ? 2 : 1)
}

/**
 * The answer of a model that cites by itself, without citations that are no evidence.
 * A sentence that is a quotation itself needs no other evidence than its place, if it says anything.
 */
export function withEvidence(answer: CitedAnswer, passages: readonly Passage[]): CitedAnswer {
  const { sentences, drops } = keepBacked(answer.sentences, passages)
  const { dropped = 0, droppedFor } = droppedOf(sumDrops([drops, answer.droppedFor ?? {}]))
  // A model that tells no reasons may tell a number.
  const untold = (answer.dropped ?? 0) - (droppedOf(answer.droppedFor ?? {}).dropped ?? 0)
  const all = dropped + Math.max(0, untold)
  return { ...answer, sentences, ...(all > 0 && { dropped: all, droppedFor: droppedFor ?? {} }) }
}

/** Whether an answer says that the passages hold none, or has a sentence that is backed. */
export function isBacked(answer: unknown, passages: readonly Passage[]): boolean {
  const { sentences } = (answer ?? {}) as Partial<CitedAnswer>
  if (!Array.isArray(sentences)) return false
  return sentences.length === 0 || keepBacked(sentences, passages).sentences.length > 0
}

function keepBacked(
  sentences: readonly CitedSentence[],
  passages: readonly Passage[],
): { sentences: CitedSentence[]; drops: Drops } {
  const texts = new Map(passages.map(({ id, text }) => [id, text]))
  const lackOf = (said: string, { passage, start, end }: Citation): DropReason | undefined => {
    const text = texts.get(passage)
    if (text === undefined || !(start >= 0 && start < end && end <= text.length)) return 'absent'
    const quote = text.slice(start, end).trim()
    if (quote !== said.trim()) return lackOfEvidence(text, { start, end })
    return saysAnything(quote) ? undefined : lackOfEvidence(text, { start, end })
  }
  const drops: Drops[] = []
  const kept = sentences.flatMap(({ text, citations }): CitedSentence[] => {
    const lacks = citations.map((citation) => lackOf(text, citation))
    const backed = citations.filter((_, index) => lacks[index] === undefined)
    if (backed.length > 0) return [{ text, citations: backed }]
    drops.push({ [lacks[0] ?? 'malformed']: 1 })
    return []
  })
  return { sentences: kept, drops: sumDrops(drops) }
}
