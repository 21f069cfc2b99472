/** A range of a text, in UTF-16 offsets: `text.slice(start, end)`. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** Trims white space from both ends of a range. */
export function trimRange(text: string, { start, end }: TextRange): TextRange {
  const slice = text.slice(start, end)
  const from = start + slice.length - slice.trimStart().length
  return { start: from, end: Math.max(from, start + slice.trimEnd().length) }
}

/** Whether a range contains nothing but white space. */
export function isBlank(text: string, start: number, end: number): boolean {
  return text.slice(start, end).trim() === ''
}

/** Yields the lines of a text, without their line breaks. */
export function* linesOf(text: string): Generator<TextRange> {
  let start = 0
  while (start <= text.length) {
    const lineBreak = text.indexOf('\n', start)
    const end = lineBreak === -1 ? text.length : lineBreak
    yield { start, end }
    start = end + 1
  }
}
