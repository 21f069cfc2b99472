/** Characters that take two columns of a terminal: emoji, and the wide ones of https://www.unicode.org/reports/tr11/. */
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]|\uFE0F/u
const zeroWidth = /^[\p{M}\u200C\u200D]+$/u
/** Letters of real languages have fewer UTF-16 units; the rest of a longer one is left out. */
const maxUnits = 12

// Made where it is needed: plain ASCII wants none, and the data of `Intl` take long to load.
let segmenter: Intl.Segmenter | undefined

function lettersOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return segmenter.segment(text)
}

/** How many columns of a terminal a plain string takes. */
export function widthOf(text: string): number {
  if (/^[\u0020-\u007E]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of lettersOf(text)) width += widthOfLetter(segment)
  return width
}

/** Cuts a plain string to a number of columns, and marks the cut with `…`. */
export function cutTo(text: string, width: number): string {
  // Bounds the work on long strings.
  const start = text.slice(0, Math.min(text.length, (width + 1) * maxUnits))
  let taken = 0
  let kept = ''
  for (const { segment } of lettersOf(start)) {
    const next = widthOfLetter(segment)
    if (taken + next > width) return `${dropLast(kept, taken - width + 1)}…`
    taken += next
    kept += segment.length > maxUnits ? segment.slice(0, maxUnits).toWellFormed() : segment
  }
  return start.length < text.length ? `${dropLast(kept, taken - width + 1)}…` : kept
}

/** Fills a plain string with spaces up to a number of columns. */
export function padTo(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text)))
  return align === 'left' ? text + spaces : spaces + text
}

function widthOfLetter(letter: string): number {
  if (zeroWidth.test(letter)) return 0
  return wide.test(letter) ? 2 : 1
}

/** Drops letters at the end until at least so many columns are free. */
function dropLast(text: string, columns: number): string {
  if (columns <= 0) return text
  const letters = Array.from(lettersOf(text), ({ segment }) => segment)
  for (let free = 0; free < columns && letters.length > 0;) free += widthOfLetter(letters.pop() ?? '')
  return letters.join('')
}
