/** A part of a text, in UTF-16 offsets. */
export interface TextPart {
  readonly start: number
  readonly end: number
}

/** Stands for words that were left out, or for dots that say so. */
export const ellipsis = '…'

/**
 * A text as far as its words go: without what models, typesetters and converters change in passing. It
 * knows for each of its characters where that is in the original.
 *
 * - Characters are composed (NFC); ligatures, full-width and presentation forms are the letters they show.
 * - Characters that nobody sees are gone.
 * - White space is one space; none between characters of scripts that are written without.
 * - Quotation marks, Markdown's marks and the targets of its links are gone, except within a word, where an apostrophe is `'`.
 * - Dashes are `-`, without spaces; between letters they are gone, and so are line breaks after them.
 * - Dots that stand for left out words are one `…`, without spaces or brackets.
 *
 * Superscripts, fractions and other signs that would become different numbers stay as they are.
 */
export class FoldedText {
  readonly text: string
  readonly #starts: number[] = []
  readonly #ends: number[] = []

  constructor(original: string) {
    let folded = ''
    const emit = (chars: string, { start, end }: TextPart): void => {
      folded += chars
      for (let count = chars.length; count > 0; count -= 1) {
        this.#starts.push(start)
        this.#ends.push(end)
      }
    }
    // Asking the end of `folded` would copy it, each time.
    let last = ''
    let gap = new Gap()
    for (let start = 0; start < original.length;) {
      const plainEnd = endOfPlain(original, start)
      if (plainEnd > start) {
        const joint = gap.between(last, original[start] as string)
        if (joint) emit(joint.chars, joint.part)
        if (!gap.isEmpty) gap = new Gap()
        folded += original.slice(start, plainEnd)
        for (; start < plainEnd; start += 1) {
          this.#starts.push(start)
          this.#ends.push(start + 1)
        }
        last = original[plainEnd - 1] as string
        continue
      }
      const dots = lengthAt(original, start, dotsStart, leftOut)
      const target = lengthAt(original, start, ']', linkTarget)
      const end = start + (dots || target || clusterLength(original, start))
      const chars = dots > 0 ? ellipsis : target > 0 ? ']' : compose(original.slice(start, end))
      if (!gap.takes(chars, { start, end })) {
        const joint = gap.between(last, chars)
        if (joint) emit(joint.chars, joint.part)
        emit(chars, { start, end })
        last = chars
        gap = new Gap()
      }
      start = end
    }
    const rest = gap.between(last, '')
    if (rest) emit(rest.chars, rest.part)
    this.text = folded
  }

  /** Where a part of the folded text is in the original. */
  placeOf({ start, end }: TextPart): TextPart {
    return { start: this.#starts[start] ?? 0, end: this.#ends[end - 1] ?? 0 }
  }
}

const singleQuotes = "'‘’‚‛′‵ʹʻʼʽ`´‹›"
const doubleQuotes = '"“”„‟″‶«»「」『』〝〞〟❝❞❛❜'
const markdown = '*_[]'

/** What stands between two characters that count. */
class Gap {
  #space: TextPart | undefined
  #dash: TextPart | undefined
  #dots: TextPart | undefined
  #marks = ''
  #firstMark: TextPart | undefined
  #isHyphenated = false
  isEmpty = true

  /** Whether a character belongs to the gap. */
  takes(chars: string, part: TextPart): boolean {
    if (chars === ellipsis) this.#dots ??= part
    else if (space.test(chars)) this.#space ??= part
    else if (dash.test(chars)) this.#dash ??= part
    else if (invisible.test(chars)) this.#isHyphenated ||= chars === softHyphen
    else if (isMark(chars)) {
      this.#marks += chars
      this.#firstMark ??= part
    } else return false
    this.isEmpty = false
    return true
  }

  /** What is left of the gap between two characters; `''` for the ends of the text. */
  between(before: string, after: string): { readonly chars: string; readonly part: TextPart } | undefined {
    if (this.isEmpty) return undefined
    if (this.#dots) return { chars: ellipsis, part: this.#dots }
    const isInWord = letter.test(before) && letter.test(after)
    if (this.#dash) return isInWord ? undefined : { chars: '-', part: this.#dash }
    if (this.#space) {
      const isNone = before === '' || after === '' || (unspaced.test(before) && unspaced.test(after))
      return isNone || (this.#isHyphenated && isInWord) ? undefined : { chars: ' ', part: this.#space }
    }
    if (!this.#firstMark || this.#marks.length > 1 || !isSameWord(before, after)) return undefined
    const isApostrophe = singleQuotes.includes(this.#marks)
    const mark = doubleQuotes.includes(this.#marks) ? '"' : this.#marks
    return { chars: isApostrophe ? "'" : mark, part: this.#firstMark }
  }
}

/** Whether a character is a quotation mark, or one of Markdown. */
export function isMark(char: string): boolean {
  return char !== '' && (singleQuotes.includes(char) || doubleQuotes.includes(char) || markdown.includes(char))
}

const softHyphen = '\u00AD'
const space = /^[\s\u0085\u180E\u2800]/
const dash = /^[\p{Pd}\u2212\u2043]/u
/** Format characters, variation selectors, the grapheme joiner, fillers. */
const invisible = /^[\p{Cf}\p{Variation_Selector}\u034F\u115F\u1160\u3164\uFFA0]/u
const letter = /^\p{L}/u
const wordChar = /^[\p{L}\p{N}]/u
const unspaced =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3001-\u303F]/u

/** Whether a word continues from one character to the other. */
export function isSameWord(before: string, after: string): boolean {
  return wordChar.test(before) && wordChar.test(after) && !(unspaced.test(before) || unspaced.test(after))
}

/** The end of letters and digits that stay as they are, as most do. */
function endOfPlain(text: string, start: number): number {
  let end = start
  while (isPlain(text.charCodeAt(end))) end += 1
  // What follows may be a mark of the last one.
  return end > start && text.charCodeAt(end) >= 0x300 ? end - 1 : end
}

function isPlain(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || (unit >= 48 && unit <= 57)
}

/** Dots that stand for left out words, with their brackets. */
const leftOut = /[[(]?(?:[…⋯]|\.{2,}|\.(?:\s\.){2,7})[\])]?/y
const dotsStart = '.…⋯[('
const linkTarget = /\]\([^()\s]*\)/y

/** The length of what a pattern finds at an offset; 0 if it finds nothing, or the text has none of its first characters there. */
function lengthAt(text: string, start: number, first: string, pattern: RegExp): number {
  if (!first.includes(text[start] as string)) return 0
  pattern.lastIndex = start
  return pattern.exec(text)?.[0].length ?? 0
}

const continuing = /^(?![\p{Variation_Selector}\u034F\u1160])[\p{M}\u1160-\u11FF\uFF9E\uFF9F]/u

/** Putting endless marks in order would take the square of their number. No language has so many. */
const maxClusterUnits = 32

/** The length of the character at an offset, with the marks that belong to it. */
function clusterLength(text: string, start: number): number {
  // A mark after a space stands for itself.
  if (space.test(text[start] as string)) return 1
  let end = start + sizeAt(text, start)
  const most = Math.min(text.length, start + maxClusterUnits)
  // Below, no script has marks.
  while (end < most && text.charCodeAt(end) >= 0x300 && continuing.test(charAt(text, end))) {
    end += sizeAt(text, end)
  }
  return end - start
}

/** Ligatures, presentation, small, half- and full-width forms, digraphs, Roman numerals, letters of formulas. */
const formed =
  /^[\u0132\u0133\u01C4-\u01CC\u01F1-\u01F3\u2160-\u217F\uFB00-\uFDFF\uFE30-\uFE6F\uFE70-\uFEFC\uFF01-\uFFEF\u{1D400}-\u{1D7FF}]/u

function compose(chars: string): string {
  if (chars.length === 1 && chars < '\u00C0') return chars
  return chars.normalize(formed.test(chars) ? 'NFKC' : 'NFC')
}

function charAt(text: string, index: number): string {
  return text.slice(index, index + sizeAt(text, index))
}

function sizeAt(text: string, index: number): number {
  return (text.codePointAt(index) as number) > 0xffff ? 2 : 1
}
