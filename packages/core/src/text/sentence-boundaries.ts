import { isOpener } from './openers.ts'

/** How far a decision looks to either side, in UTF-16 units: enough for any abbreviation or list number. */
const reach = 80

// Never the end of a sentence: a name follows.
const beforeName =
  /(?:^|[\s("'“‘])(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Adm|Col|Lt|Maj|Capt|Sgt|Rev|Hon|St|Mt|Ft|Messrs)\.$/

// An abbreviation when a number follows, a word of its own otherwise.
const beforeNumber =
  /(?:^|[\s(])(?:Nos?|Vols?|Figs?|Secs?|Arts?|Chs?|Eqs?|pp?|ca|approx|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$/i

// Perhaps the end of a sentence: that depends on the next word.
const ambiguous =
  /(?:(?:^|[\s("'“‘-])(?:[A-HJ-Z]|Jr|Sr|Inc|Ltd|Co|Corp|Dept|vs|etc|cf|al)\.|(?:^|[^\p{L}])(?:\p{L}{1,2}\.){2})$/u

// "VII." or "3.2)" alone: the number of the heading or item that follows.
const loneNumber = /^(?:[IVXLC]{1,7}|[A-Za-z]|\d{1,3}(?:\.\d{1,3}){0,4})[.)]$/

const endMark = /[.!?…:;]["'”’)\]]*$/
const blockStart = /^(?:[-–—•*#>|+]|\d{1,3}[.)]\s)/

/**
 * Tells whether ICU split a sentence at `boundary` by mistake: after an
 * abbreviation, or at the end of a line of wrapped text.
 *
 * @param start - Where the sentence begins.
 * @param boundary - The first offset after the sentence and its white space.
 */
export function isFalseBoundary(text: string, start: number, boundary: number): boolean {
  const raw = text.slice(Math.max(start, boundary - reach), boundary)
  const head = raw.trimEnd()
  if (head === '') return false
  const gap = raw.slice(head.length)
  const next = text.slice(boundary, boundary + reach)

  if (/[\n\r\u0085\u2028\u2029]/.test(gap)) return isWrappedLine(head, gap, next) || isAbbreviation(head, gap, next)
  if (loneNumber.test(head.trimStart()) && boundary - start < reach) return true
  return isAbbreviation(head, gap, next)
}

function isAbbreviation(head: string, gap: string, next: string): boolean {
  // Paragraphs end where a blank line is, abbreviation or not.
  if (isBlankLine(gap)) return false
  if (beforeName.test(head)) return true
  if (beforeNumber.test(head)) return /^\p{N}/u.test(next)
  return ambiguous.test(head) && !opensSentence(next)
}

function isWrappedLine(head: string, gap: string, next: string): boolean {
  if (isBlankLine(gap) || endMark.test(head) || blockStart.test(next)) return false
  const line = head.slice(Math.max(head.lastIndexOf('\n'), head.lastIndexOf('\r')) + 1)
  if (line.startsWith('#')) return false
  // A line that stops early was ended on purpose, unless the next continues in lower case.
  return /^\p{Ll}/u.test(next) || (line.length >= 50 && !isUpperCase(line))
}

function isBlankLine(gap: string): boolean {
  return /\n[^\n]*\n|\r[^\r\n]*\r|\u2029/.test(gap)
}

function isUpperCase(line: string): boolean {
  return line === line.toUpperCase()
}

/** Whether a text begins like a sentence rather than a name. */
function opensSentence(next: string): boolean {
  const word = /^["'“‘(]*(\p{Lu}\p{Ll}*)(?!\p{L})/u.exec(next)?.[1]
  // Two in a row ("… in the U.S. U.S. relations …") are the end of one sentence and the beginning of the next.
  return (word !== undefined && isOpener(word)) || /^(?:\p{Lu}\.){2,}/u.test(next)
}
