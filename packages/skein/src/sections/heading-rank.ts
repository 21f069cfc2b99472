import type { Heading } from './heading.ts'
import type { TextRange } from './text-range.ts'

/** A heading with the signs of its rank. */
export interface UnrankedHeading extends Omit<Heading, 'level'> {
  readonly number: NumberKind | undefined
  /** Whether another heading follows without text between them. */
  readonly opens: boolean
}

/** How a heading is numbered: I, 1, 1.1 (and deeper), A. */
type NumberKind = 'roman' | 'integer' | 'decimal' | 'letter'

const numbered = /^([IVXLC]{1,7}|[A-Z]|\d{1,3}(?:\.\d{1,3}){0,4})[.)]?\s+/

/** Words that join what precedes and follows them: no heading ends before or after one. */
const connective = /^(?:A|AN|AND|AT|BY|FOR|FROM|IN|OF|ON|OR|TO|WITH|&)$/

/** Titles of main divisions in any text. */
const mainTitle = /^(?:ABSTRACT|APPENDI(?:X|CES)|CONCLUSIONS?|FOREWORD|INTRODUCTION|PREFACE|SUMMARY)$/i

/**
 * Reads the headings of one row of words. A row holds two when a division and its
 * first part share it: `I. ENSURING ECONOMIC STRENGTH ECONOMY`.
 */
export function readHeading(text: string, { start, end }: TextRange): Omit<UnrankedHeading, 'opens'>[] {
  const row = text.slice(start, end)
  const prefix = numberPrefix(row)
  const number = prefix === '' ? undefined : kindOf(prefix.trimEnd().replace(/[.)]$/, ''))
  const words = row.slice(prefix.length)

  const cut = secondHeading(words)
  if (cut === undefined) return [{ title: onOneLine(words), start, end, number }]
  const first = words.slice(0, cut).trimEnd()
  const second = start + prefix.length + cut
  return [
    { title: onOneLine(first.replace(/,$/, '')), start, end: start + prefix.length + first.length, number },
    { title: onOneLine(words.slice(cut)), start: second, end, number: undefined },
  ]
}

/** Whether a row of heading words begins with a number. */
export function isNumbered(row: string): boolean {
  return numberPrefix(row) !== ''
}

/**
 * Gives each heading its level: 1 to main divisions, 2 to headings right above
 * another one, 3 to all others.
 *
 * If headings are numbered, the outermost numbering and all headings before it
 * are main divisions. So are titles in another case, divisions named by an aim
 * ("ENHANCING NATIONAL SECURITY") right above another heading, and parts like a
 * conclusion. Without numbers, every heading right above another one is a main
 * division. With fewer than two main divisions, every heading is one that has
 * text above it.
 */
export function rankHeadings(headings: readonly UnrankedHeading[]): Heading[] {
  const outermost = headings.find((heading) => heading.number !== undefined)
  const main = headings.map((heading) => isMain(heading, outermost))
  const flat = headings.filter(({ title }, index) => main[index] === true && !mainTitle.test(title)).length < 2
  let above = 0
  return headings.map(({ title, start, end, opens }, index) => {
    const below = opens ? 2 : 3
    const ranked = main[index] === true ? 1 : below
    const level = flat ? 1 + above : ranked
    above = opens ? above + 1 : 0
    return { title, start, end, level }
  })
}

function isMain(heading: UnrankedHeading, outermost: UnrankedHeading | undefined): boolean {
  if (mainTitle.test(heading.title) || heading.title !== heading.title.toUpperCase()) return true
  if (outermost === undefined) return heading.opens
  if (heading.start <= outermost.start || heading.number === outermost.number) return true
  return heading.opens && /^\p{L}+ING\s/u.test(heading.title)
}

function numberPrefix(line: string): string {
  const match = numbered.exec(line)
  if (match === null) return ''
  const [prefix, number = ''] = match
  // Without a period or a bracket, only "3.2" is surely a number: not "I WAS THERE", not "1980 IN REVIEW".
  return /[.)]\s+$/.test(prefix) || number.includes('.') ? prefix : ''
}

function kindOf(number: string): NumberKind {
  if (/^\d+$/.test(number)) return 'integer'
  if (/^\d/.test(number)) return 'decimal'
  // A lone C, D, L or M far more often continues A, B, … than it is a Roman number.
  return /^(?:[IVX]|[IVXLC]{2,})$/.test(number) ? 'roman' : 'letter'
}

function onOneLine(title: string): string {
  return title.replaceAll(/\s+/g, ' ')
}

/** The offset of a second heading in a row of words, if there is one. */
function secondHeading(row: string): number | undefined {
  const words = [...row.matchAll(/\S+/g)].map((match) => ({ text: match[0], start: match.index }))
  for (const [index, word] of words.entries()) {
    const before = words[index - 1]?.text
    if (before === undefined || connective.test(before) || connective.test(word.text)) continue
    // "AGRICULTURE THE FARM ECONOMY": an article begins a heading.
    if (word.text === 'THE') return word.start
    // "NATIONAL SECURITY, AMERICAN MILITARY STRENGTH", but not "KING, JR." nor "FOOD, CLOTHING AND SHELTER".
    if (before.endsWith(',') && index > 1 && words.length - index > 1 && !/,.*,|\bAND\b|\bOR\b/.test(row))
      return word.start
  }
  return repeatedWord(words)
}

/** The second heading of "HEALTH NATIONAL HEALTH PLAN" begins after its first word, that of "ECONOMIC STRENGTH ECONOMY" at its last. */
function repeatedWord(words: readonly { readonly text: string; readonly start: number }[]): number | undefined {
  for (const [index, { text }] of words.entries()) {
    if (text.length < 5) continue
    const again = words.findIndex((word, other) => other > index + 1 && word.text.slice(0, 6) === text.slice(0, 6))
    if (again === -1) continue
    const cut = words[again]?.text === text ? index + 1 : again
    const first = words[cut]
    const ends = words[cut - 1]
    if (first === undefined || ends === undefined || connective.test(first.text) || connective.test(ends.text)) continue
    return first.start
  }
  return undefined
}
