import { isOpener } from './openers.ts'

/** More words in capitals in a row are shouting, not a heading. */
const maxWords = 14

/** The longest word looked at, in UTF-16 units. */
const maxWordChars = 40

const capital = /^["'“‘(]*\p{Lu}/u
const lowerCase = /\p{Ll}/u
const dotted = /^(?:\p{Lu}\.){2,}/u
const numeral = /^(?:[IVXLC]{1,7}|[A-Z]|\d{1,3}(?:\.\d{1,3}){0,4})[.)]$/
const roman = /^[IVXLC]+$/
const connective = /^(?:a|an|and|at|by|for|from|in|of|on|or|the|to|with)$/
const endOfSentence = /[!?;:]["'”’)]*$/

interface Word {
  readonly text: string
  readonly start: number
}

/**
 * Finds headings at the beginning of a sentence, and where to cut them off.
 *
 * A heading in the flow of a text is a row of words in capitals before a
 * capitalized word: `RECORD OF PROGRESS When I took office`. It may follow
 * a number (`VII. FOREIGN POLICY From …`) or a title in title case (`Special Needs
 * WOMEN The …`, cut twice). Acronyms look alike, but a sentence does not continue
 * with a stop word after them: `WOMEN The …` against `NATO Allies …`.
 *
 * @returns offsets within `(start, end)`, ascending; none if the range has no heading or is nothing else.
 */
export function headingCuts(text: string, start: number, end: number): number[] {
  const words = firstWords(text, start, end)
  const titleEnd = titleCaseWords(words)
  const capsEnd = capsWords(words, titleEnd)
  const first = words[titleEnd]
  const next = words[capsEnd]
  if (first === undefined || next === undefined || !capital.test(next.text)) return []

  const heading = words.slice(titleEnd, capsEnd).map((word) => word.text)
  if (!isHeading(heading, next.text, titleEnd > 0)) return []
  return titleEnd > 0 ? [first.start, next.start] : [next.start]
}

function isHeading(words: readonly string[], next: string, titled: boolean): boolean {
  const telling = words.map(lettersOf).filter((word) => word.length > 2 && !roman.test(word))
  if (telling.length === 0 || endOfSentence.test(words.at(-1) ?? '')) return false
  if (isOpener(lettersOf(next))) return true
  // Next is a name or a noun. Two long words, or a very long one, are no acronym.
  return telling.filter((word) => word.length > 3).length > 1 || (!titled && telling.some((word) => word.length > 7))
}

/** How many words in title case stand at the beginning, right before one in capitals. */
function titleCaseWords(words: readonly Word[]): number {
  let count = 0
  for (const { text } of words) {
    if (isCaps(text)) return count > 0 && isProperTitle(words.slice(0, count)) ? count : 0
    if (!/^\p{Lu}[\p{Ll}’'-]+$/u.test(text) && !(count > 0 && connective.test(text))) return 0
    count += 1
  }
  return 0
}

function isProperTitle(words: readonly Word[]): boolean {
  return words.length > 1 && !connective.test(words.at(-1)?.text ?? '')
}

/** Where the words in capitals end that begin at `from`. */
function capsWords(words: readonly Word[], from: number): number {
  let end = from
  while (end < words.length && isCaps(words[end]?.text ?? '', end === from)) end += 1
  const next = words[end]
  // `HUMANITIES I recently …`, `POLICY U.S. efforts …`: the last capitals are the subject of the sentence.
  if (next !== undefined && end > from && !capital.test(next.text)) end -= 1
  return end - from > maxWords ? from : end
}

function isCaps(word: string, first = false): boolean {
  if (first && numeral.test(word)) return true
  if (lowerCase.test(word) || word.length > maxWordChars) return false
  if (word === '&') return true
  return dotted.test(word) || /^["'“‘(]*[\p{Lu}\p{N}]/u.test(word)
}

function lettersOf(word: string): string {
  return word.replaceAll(/[^\p{L}]/gu, '')
}

/** The first words of a range: as many as a heading may have, and the one after. */
function firstWords(text: string, start: number, end: number): Word[] {
  const words: Word[] = []
  const pattern = /\S+/g
  const window = text.slice(start, Math.min(end, start + maxWords * maxWordChars))
  for (const match of window.matchAll(pattern)) {
    words.push({ text: match[0], start: start + match.index })
    if (words.length > 2 * maxWords) break
  }
  return words
}
