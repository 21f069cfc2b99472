import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

import { plain } from './plain-text.ts'
import { cutTo, padTo, widthOf } from './text-width.ts'

/** One column of a table. */
export interface Column<Row> {
  readonly title: string
  /** What stands there; of whatever origin, it is made plain. */
  readonly of: (row: Row) => string
  readonly align?: 'left' | 'right'
}

const gap = '  '
/** No column is made narrower than this, … */
const narrowest = 4
/** … nor one that nobody looks at on a terminal wider than this. */
const mostShown = 200

/**
 * How many columns there are to fill: those of the terminal, or of `COLUMNS`
 * where there is none. A file or a pipe has no end to its lines.
 */
export function columnsOf(stream: WriteStream): number {
  const told = stream.isTTY ? stream.columns : Number(process.env['COLUMNS'] ?? 0)
  return Number.isSafeInteger(told) && told >= 20 ? told : Number.POSITIVE_INFINITY
}

/** Rows under their titles, cut to the width of where they are shown. Columns without any content are left out. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], stream: WriteStream): string[] {
  const cells = columns.map(({ title, of }) => [title, ...rows.map((row) => cutTo(plain(of(row)), mostShown))])
  const filled = columns.flatMap((column, index) => {
    const texts = cells[index] ?? []
    const content = widestOf(texts.slice(1))
    if (content === 0) return []
    // Half a number would be another number: of those only the title is cut.
    const least = column.align === 'right' ? content : narrowest
    return [{ column, texts, width: widestOf(texts), least }]
  })
  const width = columnsOf(stream)
  shrink(filled, width)
  const lineOf = (row: number): string => {
    const parts = filled.map(({ texts, column, width: own }) => padTo(cutTo(texts[row] ?? '', own), own, column.align))
    const line = parts.join(gap).trimEnd()
    return Number.isFinite(width) ? cutTo(line, width) : line
  }
  return Array.from({ length: rows.length + 1 }, (_, row) => {
    return row === 0 ? styleText('dim', lineOf(row), { stream }) : lineOf(row)
  })
}

function widestOf(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, widthOf(text)), 0)
}

/** Takes from the widest columns first, until all fit or none can give any more. */
function shrink(columns: readonly { width: number; readonly least: number }[], available: number): void {
  let over = columns.reduce((sum, { width }) => sum + width + gap.length, -gap.length) - available
  while (over > 0 && Number.isFinite(over)) {
    const [widest] = columns.filter(({ width, least }) => width > least).toSorted((a, b) => b.width - a.width)
    if (!widest) return
    widest.width -= 1
    over -= 1
  }
}
