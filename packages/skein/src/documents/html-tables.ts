import { Parser } from 'htmlparser2'

/** What is known of a table whose end has not come. */
interface OpenTable {
  readonly index: number
  isLayout: boolean
  hasNames: boolean
  /** Whether a cell holds more than one paragraph. */
  hasBlocks: boolean
  /** Cells with text in this row. */
  filled: number
  /** Rows with several such cells. */
  rows: number
  /** Paragraphs of this cell, and whether it has text; no cell has begun where it is absent. */
  cell: { paragraphs: number; isFilled: boolean } | undefined
}

const inBlocks = new Set(['pre', 'ul', 'ol', 'dl', 'blockquote'])

/**
 * Tells tables that lay out a page from those that have rows, in the order in which they begin. Old pages, newsletters and boxes
 * with a tip put headings, paragraphs, code or whole tables into cells, or have one cell in each row.
 */
export function layoutTables(html: string): readonly boolean[] {
  if (!/<table/i.test(html)) return []
  const found: boolean[] = []
  const open: OpenTable[] = []
  const parser = new Parser(
    {
      onopentag(name, { role }) {
        const table = open.at(-1)
        if (name === 'table') {
          if (table?.cell) table.isLayout = true
          const isLayout = role === 'presentation' || role === 'none'
          const counts = { hasNames: false, hasBlocks: false, filled: 0, rows: 0, cell: undefined }
          open.push({ index: found.push(isLayout) - 1, isLayout, ...counts })
        } else if (!table) return
        else if (name === 'tr') table.filled = 0
        else if (name === 'td' || name === 'th') {
          table.cell = { paragraphs: 0, isFilled: false }
          if (name === 'th') table.hasNames = true
        } else if (!table.cell) return
        else if (/^h[1-6]$/.test(name)) table.isLayout = true
        else if (inBlocks.has(name)) table.hasBlocks = true
        else if (name === 'p' && (table.cell.paragraphs += 1) > 1) table.hasBlocks = true
      },
      ontext(text) {
        const table = open.at(-1)
        if (!table?.cell || table.cell.isFilled || text.trim() === '') return
        table.cell.isFilled = true
        table.filled += 1
        if (table.filled === 2) table.rows += 1
      },
      onclosetag(name) {
        const table = open.at(-1)
        if (!table) return
        if (name === 'td' || name === 'th') table.cell = undefined
        if (name !== 'table') return
        open.pop()
        const { isLayout, hasNames, hasBlocks, rows } = table
        found[table.index] = isLayout || rows === 0 || (rows === 1 && hasBlocks && !hasNames)
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  )
  parser.write(html)
  parser.end()
  return found
}
