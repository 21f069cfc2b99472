/** A stretch of a text, in UTF-16 offsets: `text.slice(start, end)`. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** The same range without the white space at both ends; empty if there is nothing else. */
export function trimRange(text: string, { start, end }: TextRange): TextRange {
  const slice = text.slice(start, end)
  const from = start + slice.length - slice.trimStart().length
  return { start: from, end: Math.max(from, start + slice.trimEnd().length) }
}

/** Whether there is nothing but white space from `start` to `end`. */
export function isBlank(text: string, start: number, end: number): boolean {
  return text.slice(start, end).trim() === ''
}

/** The lines of a text, in order, without the breaks at their ends. */
export function* linesOf(text: string): Generator<TextRange> {
  let start = 0
  while (start <= text.length) {
    const lineBreak = text.indexOf('\n', start)
    const end = lineBreak === -1 ? text.length : lineBreak
    yield { start, end }
    start = end + 1
  }
}
