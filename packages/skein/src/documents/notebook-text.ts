import { stringsOf } from './json-strings.ts'
import type { JsonString } from './json-strings.ts'
import { TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

/** A notebook of Jupyter, as far as it is read. */
interface Notebook {
  readonly nbformat: number
  readonly cells?: readonly Cell[]
  /** Of notebooks before 2015. */
  readonly worksheets?: readonly { readonly cells?: readonly Cell[] }[]
}

interface Cell {
  readonly cell_type?: string
  readonly source?: Lines
  readonly input?: Lines
  readonly level?: number
  readonly outputs?: readonly { readonly text?: Lines; readonly data?: { readonly 'text/plain'?: Lines } }[]
}

type Lines = string | readonly string[]

const fence = '`````'
const source = /^(?:worksheets\/\d+\/)?(cells\/\d+)\/source(?:\/\d+)?$/

/**
 * Turns a notebook into Markdown: its texts, and its code with what that printed, which are not read as sentences. Pictures
 * are left out.
 *
 * @returns `undefined` for what is no notebook.
 */
export function notebookText(json: string): PlacedText | undefined {
  const notebook = parsed(json)
  if (notebook === undefined) return undefined
  const sheets = notebook.cells ? [['', notebook.cells] as const] : sheetsOf(notebook)
  const lines = Map.groupBy(stringsOf(json, source), ({ path }) => path.slice(0, path.indexOf('/source')))
  const out = new TextBuilder()
  for (const [sheet, cells] of sheets) {
    for (const [index, cell] of cells.entries()) takeCell(out, cell, lines.get(`${sheet}cells/${index}`) ?? [])
  }
  return out.placed
}

function sheetsOf({ worksheets = [] }: Notebook): readonly (readonly [string, readonly Cell[]])[] {
  return worksheets.map(({ cells = [] }, index) => [`worksheets/${index}/`, cells])
}

function parsed(json: string): Notebook | undefined {
  // Other JSON may be large.
  if (!/^\uFEFF?\s{0,99}\{/.test(json.slice(0, 200)) || !json.includes('"nbformat"')) return undefined
  try {
    const value = JSON.parse(json.replace(/^\uFEFF/, '')) as Partial<Notebook>
    const isNotebook = typeof value.nbformat === 'number' && [value.cells, value.worksheets].some(Array.isArray)
    return isNotebook ? (value as Notebook) : undefined
  } catch {
    return undefined
  }
}

function takeCell(out: TextBuilder, cell: Cell, lines: readonly JsonString[]): void {
  const { cell_type: kind, source: written, input, level = 1, outputs = [] } = cell
  if (kind === 'markdown' || kind === 'heading') {
    if (lines.length === 0) return
    part(out, kind === 'heading' ? `${'#'.repeat(level)} ` : '')
    for (const { pieces } of lines) for (const { text, from, length } of pieces) out.take(text, from, length)
    return
  }
  const printed = kind === 'code' ? outputs.map(({ text, data }) => joined(text ?? data?.['text/plain'])) : []
  for (const text of [joined(written ?? input), ...printed]) {
    if (text.trim() !== '') part(out, `${fence}\n${text.trimEnd()}\n${fence}`)
  }
}

function part(out: TextBuilder, text: string): void {
  if (!out.isEmpty) out.add(out.endsWith('\n') ? '\n' : '\n\n')
  out.add(text)
}

function joined(lines: Lines | undefined = ''): string {
  const all: unknown[] = [lines].flat()
  return all.filter((line) => typeof line === 'string').join('')
}
