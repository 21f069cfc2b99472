import { estimateTokens } from '../text/estimate-tokens.ts'
import { splitSentences } from '../text/sentences.ts'
import type { Passage } from './cite.ts'
import type { CountTokens } from './count-tokens.ts'

/** A passage, or a part of one that is too long for one call. */
export interface Slice extends Passage {
  /** Where it begins in its passage, in UTF-16 units. */
  readonly offset: number
}

/** Divides passages into groups of at most so many tokens, in order; a longer sentence has a group to itself. */
export function packPassages(
  passages: readonly Passage[],
  maxTokens: number,
  count: CountTokens = estimateTokens,
): Slice[][] {
  const groups: Slice[][] = []
  let room = 0
  for (const slice of passages.flatMap((passage) => slicesOf(passage, maxTokens, count))) {
    const tokens = count(slice.text)
    if (tokens > room || groups.length === 0) {
      groups.push([])
      room = maxTokens
    }
    groups.at(-1)?.push(slice)
    room -= tokens
  }
  return groups
}

function slicesOf(passage: Passage, maxTokens: number, count: CountTokens): Slice[] {
  if (count(passage.text) <= maxTokens) return [{ ...passage, offset: 0 }]
  const slices: Slice[] = []
  const cut = (start: number, end: number): void => {
    slices.push({ ...passage, text: passage.text.slice(start, end), offset: start })
  }
  let start = 0
  let end = 0
  let tokens = 0
  for (const sentence of splitSentences(passage.text)) {
    const more = count(passage.text.slice(sentence.start, sentence.end))
    if (tokens > 0 && tokens + more > maxTokens) {
      cut(start, end)
      start = sentence.start
      tokens = 0
    }
    end = sentence.end
    tokens += more
  }
  if (end > start) cut(start, end)
  return slices
}
