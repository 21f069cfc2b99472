import { stringsOf } from './json-strings.ts'
import type { JsonString } from './json-strings.ts'
import { TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

type Fields = Readonly<Record<string, unknown>>

const fence = '`````'
const source = /^(?:worksheets\/\d+\/)?(cells\/\d+)\/source(?:\/\d+)?$/

/**
 * Turns a notebook of Jupyter into Markdown: its texts, and its code with what that printed, which are not read as
 * sentences. Pictures are left out, and what has no form that is known.
 *
 * @returns `undefined` for what is no notebook.
 */
export function notebookText(json: string): PlacedText | undefined {
  const cells = cellsOf(json)
  if (cells.length === 0) return undefined
  const lines = Map.groupBy(stringsOf(json, source), ({ path }) => path.slice(0, path.indexOf('/source')))
  const out = new TextBuilder()
  for (const [path, cell] of cells) takeCell(out, cell, lines.get(path) ?? [])
  return out.placed
}

/** The cells of a notebook, by their paths. */
function cellsOf(json: string): readonly (readonly [path: string, cell: Fields])[] {
  // Other JSON may be large.
  if (!/^\uFEFF?\s{0,99}\{/.test(json.slice(0, 200)) || !json.includes('"nbformat"')) return []
  const { nbformat, cells, worksheets } = fieldsOf(parsed(json.replace(/^\uFEFF/, '')))
  if (typeof nbformat !== 'number') return []
  // Those of before 2015 have sheets.
  const sheets = Array.isArray(cells)
    ? [['', cells] as const]
    : listOf(worksheets).map((sheet, index) => [`worksheets/${index}/`, listOf(fieldsOf(sheet)['cells'])] as const)
  return sheets
    .flatMap(([sheet, all]) => all.map((cell, index) => [`${sheet}cells/${index}`, fieldsOf(cell)] as const))
    .filter(([, cell]) => /^(?:markdown|heading|code|raw)$/.test(String(cell['cell_type'])))
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function takeCell(out: TextBuilder, cell: Fields, lines: readonly JsonString[]): void {
  const { cell_type: kind, source: written, input, level, outputs } = cell
  if (kind === 'markdown' || kind === 'heading') {
    // Of a name that stands there twice, the last one counts.
    const last = lines.slice(lines.length - linesOf(written).length)
    if (last.length === 0) return
    const depth = typeof level === 'number' ? Math.min(6, Math.max(1, Math.trunc(level))) : 1
    part(out, kind === 'heading' ? `${'#'.repeat(depth)} ` : '')
    for (const { pieces } of last) for (const { text, from, length } of pieces) out.take(text, from, length)
    return
  }
  const results = kind === 'code' ? listOf(outputs).map(fieldsOf) : []
  const printed = results.map(({ text, data }) => text ?? fieldsOf(data)['text/plain'])
  for (const text of [written ?? input, ...printed].map((one) => linesOf(one).join(''))) {
    if (text.trim() !== '') part(out, `${fence}\n${text.trimEnd()}\n${fence}`)
  }
}

function part(out: TextBuilder, text: string): void {
  if (!out.isEmpty) out.add(out.endsWith('\n') ? '\n' : '\n\n')
  out.add(text)
}

function linesOf(text: unknown): readonly string[] {
  return [text].flat().filter((line) => typeof line === 'string')
}
