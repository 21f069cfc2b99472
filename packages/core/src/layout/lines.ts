/** A line of a text, in UTF-16 offsets, without its line break. */
export interface Line {
  /** Where it begins, white space included. */
  readonly at: number
  /** What is left without white space at its ends; empty for a blank line. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** White space before it; a tab counts as four. */
  readonly indent: number
}

const lineEnd = /\r\n|[\n\r\u0085\u2028\u2029]/g

/** The lines of a text, in order. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = []
  let at = 0
  for (const match of text.matchAll(lineEnd)) {
    lines.push(lineOf(text, at, match.index))
    at = match.index + match[0].length
  }
  lines.push(lineOf(text, at, text.length))
  return lines
}

function lineOf(text: string, at: number, end: number): Line {
  const whole = text.slice(at, end)
  const trimmed = whole.trim()
  const start = at + whole.length - whole.trimStart().length
  let indent = 0
  for (let index = at; index < start; index += 1) indent += text[index] === '\t' ? 4 : 1
  return { at, text: trimmed, start, end: start + trimmed.length, indent }
}

/** The part of a line from an offset within its text on. */
export function restOf(line: Line, offset: number): Line {
  const text = line.text.slice(offset).trimStart()
  return { ...line, text, start: line.end - text.length }
}

/** About how many columns a text takes: wide characters are two. */
export function widthOf(text: string): number {
  return (
    text.length +
    (text.match(/[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]/g)?.length ?? 0)
  )
}
