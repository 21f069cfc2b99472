import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

import { cutTo, padTo, widthOf } from './text-width.ts'
import { plainText } from './plain-text.ts'

/** One column of a table. */
export interface Column<Row> {
  readonly title: string
  /** The text of a row's cell. The table makes it harmless to a terminal. */
  readonly of: (row: Row) => string
  readonly align?: 'left' | 'right'
}

const gap = '  '
/** The least width of a column that is cut. */
const minWidth = 4
/** The longest cell where the width is unlimited. */
const maxCellWidth = 200

/**
 * The width to fill: that of the terminal, or `COLUMNS` where there is none.
 * Unlimited for a file or a pipe.
 */
export function columnsOf(stream: WriteStream): number {
  const columns = stream.isTTY ? stream.columns : Number(process.env['COLUMNS'] ?? 0)
  return Number.isSafeInteger(columns) && columns >= 20 ? columns : Number.POSITIVE_INFINITY
}

/** Renders rows under their titles, cut to the width of the stream. Leaves out empty columns. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], stream: WriteStream): string[] {
  const cells = columns.map(({ title, of }) => [title, ...rows.map((row) => cutTo(plainText(of(row)), maxCellWidth))])
  const filled = columns.flatMap((column, index) => {
    const texts = cells[index] ?? []
    const content = widestOf(texts.slice(1))
    if (content === 0) return []
    // A number that was cut would be another number: only the title of such a column is cut.
    const least = column.align === 'right' ? content : minWidth
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

/** Narrows the widest columns first, until all fit or none can be narrowed. */
function shrink(columns: readonly { width: number; readonly least: number }[], available: number): void {
  let over = columns.reduce((sum, { width }) => sum + width + gap.length, -gap.length) - available
  while (over > 0 && Number.isFinite(over)) {
    const [widest] = columns.filter(({ width, least }) => width > least).toSorted((a, b) => b.width - a.width)
    if (!widest) return
    widest.width -= 1
    over -= 1
  }
}
