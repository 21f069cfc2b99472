import type { Line } from './lines.ts'

/** A row of more lines is none. */
const maxLines = 40

/** Rows of separated values: a line break within quotation marks is part of a cell. */
export function quotedRows(lines: readonly Line[]): readonly Line[] {
  const rows: Line[] = []
  let open: Line | undefined
  let taken = 0
  for (const line of lines) {
    const isOdd = (line.text.match(/"/g)?.length ?? 0) % 2 === 1
    const row: Line = open ? { ...open, text: `${open.text} ${line.text}`, end: line.end } : line
    open = isOdd === (open === undefined) ? row : undefined
    taken = open ? taken + 1 : 0
    if (taken > maxLines) return lines
    if (!open) rows.push(row)
  }
  // Quotation marks that nothing closes mean something else.
  return open ? lines : rows
}
