import type { WriteStream } from 'node:tty'

import { plainLines } from '../terminal/plain-text.ts'
import { columnsOf } from '../terminal/table.ts'
import { cutTo } from '../terminal/text-width.ts'
import { numberText } from '../terminal/number-text.ts'

/** The longest value that is shown whole, in UTF-16 units. */
export const maxValueChars = 10_000

/**
 * Renders a value as lines indented by two spaces, so that no line of it looks
 * like one of the command's own.
 */
export function renderValue(value: unknown, stream: WriteStream, maxChars: number = maxValueChars): string[] {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? 'undefined')
  const width = columnsOf(stream) - 2
  const lines = plainLines(text.slice(0, maxChars).toWellFormed()).map((line) => `  ${wrap(line, width)}`)
  if (text.length <= maxChars) return lines
  return [...lines, `… ${numberText(text.length - maxChars)} more characters: use --json`]
}

/** Breaks a line at the width, and indents what follows. */
function wrap(line: string, width: number): string {
  if (!Number.isFinite(width)) return line
  const pieces: string[] = []
  for (let rest = line; rest !== '' || pieces.length === 0;) {
    const piece = cutTo(rest, width)
    if (piece === rest) {
      pieces.push(piece)
      break
    }
    const kept = rest.slice(0, Math.max(1, piece.length - 1))
    const atSpace = kept.lastIndexOf(' ')
    const cut = atSpace > width / 2 ? kept.slice(0, atSpace + 1) : kept
    pieces.push(cut.trimEnd())
    rest = rest.slice(cut.length)
  }
  return pieces.join('\n  ')
}
