import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { InputError } from '../open/input-error.ts'
import { loadOptional } from './optional-package.ts'
import { linesOf, withoutRunningLines } from './pdf-lines.ts'
import type { PageLine } from './pdf-lines.ts'

const unpdf = { kind: 'a PDF', name: 'unpdf', otherwise: 'convert it to text first, for example with pdftotext' }

/** The text of a PDF. */
export interface PagedText {
  readonly text: string
  /** Where each page begins in the text, ascending. UTF-16 offsets. */
  readonly pages: readonly number[]
}

/** A line in larger letters than most is a heading. */
const largerBy = 1.12
const longestHeading = 200
/** A gap between two lines that is so much wider than usual parts two paragraphs. */
const widerBy = 1.25

/**
 * The text of a PDF: its headings, told by the size of their letters, in the marks of Markdown, without what stands
 * at the top or the bottom of most pages.
 *
 * @throws InputError where the package `unpdf` is missing, for a PDF that is damaged or needs a password, for one
 * without text, as scans are, and for one whose letters need tables that are not installed; the signal's reason.
 */
export async function pdfText(bytes: Uint8Array, source: string, signal?: AbortSignal): Promise<PagedText> {
  const { getDocumentProxy } = await loadOptional(() => import('unpdf'), unpdf, source)
  const pages: (readonly PageLine[])[] = []
  const missing = new Set<string>()
  try {
    // The reader takes the bytes for its own.
    const pdf = await getDocumentProxy(Uint8Array.from(bytes), {
      verbosity: 0,
      ...tableReaders(missing),
    })
    try {
      for (let number = 1; number <= pdf.numPages; number += 1) {
        signal?.throwIfAborted()
        const page = await pdf.getPage(number)
        const { items } = await page.getTextContent()
        pages.push(linesOf(items.filter((item) => 'str' in item)))
        page.cleanup()
      }
    } finally {
      await pdf.loadingTask.destroy()
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw new InputError(source, problemOf(error), { cause: error })
  }
  if (missing.size > 0) {
    throw new InputError(
      source,
      `is a PDF whose letters need tables (${[...missing].join(', ')}), as many in Chinese, Japanese and Korean do. ` +
        'Install the package that has them beside skein (npm install pdfjs-dist), or convert it to text first.',
    )
  }
  if (pages.every((lines) => lines.length === 0)) {
    throw new InputError(
      source,
      'is a PDF without text, such as a scan. Recognize its text first, for example with ocrmypdf.',
    )
  }
  return joined(withoutRunningLines(pages))
}

/** What the reader of PDFs asks for: a table of letters by its file or, before, by its name. */
interface Asked {
  readonly kind?: string
  readonly filename?: string
  readonly name?: string
}

const require = createRequire(import.meta.url)

/**
 * Gives the reader of PDFs the tables of letters that a file names instead of having them. Without them, such letters vanish.
 *
 * @param missing - Gets the names of tables that are not there.
 */
function tableReaders(missing: Set<string>): { BinaryDataFactory: object; CMapReaderFactory: object } {
  class TableReader {
    async fetch({ kind = 'cMapUrl', filename, name }: Asked): Promise<unknown> {
      // All else is for drawing.
      if (kind !== 'cMapUrl') throw new Error(`${filename} is not needed.`)
      const table = name ?? filename?.replace(/\.bcmap$/, '') ?? ''
      try {
        const folder = join(require.resolve('pdfjs-dist/package.json'), '../cmaps')
        const cMapData = Uint8Array.from(await readFile(join(folder, `${table}.bcmap`)))
        return name === undefined ? cMapData : { cMapData, isCompressed: true }
      } catch (error) {
        missing.add(table)
        throw error
      }
    }
  }
  // The second one is that of versions of unpdf before 1.8.
  return { BinaryDataFactory: TableReader, CMapReaderFactory: TableReader }
}

function problemOf(error: unknown): string {
  if ((error as Error).name === 'PasswordException') return 'is a PDF that needs a password. Save it without one first.'
  return `can't be read as a PDF: ${String(error)}`
}

function joined(pages: readonly (readonly PageLine[])[]): PagedText {
  const lines = pages.flat()
  const usual = mostCommon(lines.map(({ size, text }) => [size, text.length]))
  const headings = [...new Set(lines.filter((line) => isHeading(line, usual)).map(({ size }) => size))]
  const ranks = headings.toSorted((a, b) => b - a)
  const gap = mostCommon(lines.map((line, index) => [gapAbove(lines[index - 1], line), 1]))
  const hyphenated = new Set(lines.flatMap(({ text }) => text.toLowerCase().match(/[\p{L}-]+/gu) ?? []))
  // A look at the end of a text that has just grown copies it.
  const pieces: string[] = []
  let length = 0
  const add = (piece: string): void => {
    pieces.push(piece)
    length += piece.length
  }
  const starts: number[] = []
  let before: PageLine | undefined
  for (const page of pages) {
    let isFirst = true
    for (const line of page) {
      const rank = isHeading(line, usual) ? Math.min(6, ranks.indexOf(line.size) + 1) : 0
      const goesOn = before !== undefined && before.size === line.size && !isApart(before, line, gap)
      const isNew = before === undefined || isHeading(before, usual) || isApart(before, line, gap)
      const last = pieces.at(-1) ?? ''
      let shown = line.text
      if (rank > 0) add(goesOn ? ' ' : `${length === 0 ? '' : '\n\n'}${'#'.repeat(rank)} `)
      else if (isNew) add(length === 0 ? '' : '\n\n')
      else if (wordGoesOn(last, line.text, hyphenated)) {
        pieces[pieces.length - 1] = last.slice(0, -1)
        length -= 1
        // The line ends behind the word, so that lines are about as long as they are on the page.
        shown = line.text.replace(' ', '\n')
      } else add('\n')
      if (isFirst) starts.push(length)
      isFirst = false
      add(shown)
      before = line
    }
    if (isFirst) starts.push(length)
  }
  return { text: pieces.join(''), pages: starts }
}

function isHeading({ size, text }: PageLine, usual: number): boolean {
  return size >= usual * largerBy && text.length <= longestHeading && /\p{L}/u.test(text)
}

/** Whether two lines belong to different paragraphs. Over the end of a page or a column, that can't be seen. */
function isApart(before: PageLine, line: PageLine, usual: number): boolean {
  return gapAbove(before, line) > Math.max(usual, 1) * widerBy
}

/** In lines of its size, rounded; 0 where a line stands higher than the one before it. */
function gapAbove(before: PageLine | undefined, line: PageLine): number {
  return before && before.y > line.y ? Math.round(((before.y - line.y) / line.size) * 10) / 10 : 0
}

/** Whether a hyphen at the end of a line only parts a word: a word with that hyphen stands nowhere else. */
function wordGoesOn(line: string, next: string, hyphenated: ReadonlySet<string>): boolean {
  const first =
    line
      .slice(-60)
      .match(/[\p{L}-]+/gu)
      ?.at(-1) ?? ''
  const second = /^\p{Ll}[\p{L}-]*/u.exec(next)?.[0]
  const isParted = line.endsWith('-') && line.endsWith(first) && /^\p{L}/u.test(first)
  return isParted && second !== undefined && !hyphenated.has(`${first}${second}`.toLowerCase())
}

/** The value with the greatest weight; of none 1. */
function mostCommon(values: readonly (readonly [value: number, weight: number])[]): number {
  const weights = new Map<number, number>()
  for (const [value, weight] of values) if (value > 0) weights.set(value, (weights.get(value) ?? 0) + weight)
  return [...weights].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [1, 0] as const)[0]
}
