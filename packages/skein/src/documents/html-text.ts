import { Parser } from 'htmlparser2'

import { layoutTables } from './html-tables.ts'
import { TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

const hidden = new Set(['script', 'style', 'head', 'template', 'noscript', 'svg', 'iframe', 'object', 'nav', 'select'])
const blocks = new Set(
  (
    'address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form ' +
    'header hr html main menu ol p pre section summary table tbody tfoot thead title tr ul'
  ).split(' '),
)

/**
 * Turns HTML into text with the marks of Markdown, as far as they say what a part is: headings, items,
 * rows of tables, code. A table that only lays out the page has no rows. Tags within a sentence are gone, entities are the characters they stand for.
 */
export function htmlText(html: string): Required<PlacedText> {
  const out = new TextBuilder()
  let hiddenDepth = 0
  let preDepth = 0
  let pending: string | undefined
  const layout = layoutTables(html)
  let seenTables = 0
  /** The table, and those around it; text may stand in cells without any. */
  const tables: { readonly isLayout: boolean; cells: number; names: number }[] = []
  const noTable = { isLayout: false, cells: 0, names: 0 }
  let raised = 0
  let isNoteMark = false

  /** Begins a block, with a mark before its first word. */
  const block = (mark = ''): void => {
    pending = mark
  }
  const begin = (): void => {
    if (pending === undefined) return
    if (!out.isEmpty && !out.endsWith('\n\n')) out.add(out.endsWith('\n') ? '\n' : '\n\n')
    out.add(pending)
    pending = undefined
  }
  const tableOf = (): (typeof tables)[number] => tables.at(-1) ?? noTable
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (name === 'table') {
          tables.push({ isLayout: layout[seenTables] ?? false, cells: 0, names: 0 })
          seenTables += 1
        }
        if (hidden.has(name)) hiddenDepth += 1
        if (hiddenDepth > 0) return
        if (name === 'sup') raised += 1
        if (name === 'a') isNoteMark = leadsToNote(attributes, raised > 0)
        const level = /^h([1-6])$/.exec(name)?.[1]
        const table = tableOf()
        if (!table.isLayout && name === 'tr') {
          table.cells = 0
          table.names = 0
          if (pending === undefined && !out.isEmpty) out.add('\n')
          pending = undefined
        } else if (!table.isLayout && (name === 'td' || name === 'th')) {
          if (table.cells === 0 && !out.isEmpty && !out.endsWith('\n')) out.add('\n')
          out.add(table.cells === 0 ? '| ' : ' | ')
          table.cells += 1
          if (name === 'th') table.names += 1
        } else if (name === 'br') {
          if (!out.isEmpty) out.add('\n')
        } else if (!level && name !== 'li' && name !== 'td' && name !== 'th' && !blocks.has(name)) return
        // What a cell holds is in one line of the table.
        else if (table.cells > 0) takeWords(' ', parser.startIndex, 0)
        else if (level) block(`${'#'.repeat(Number(level))} `)
        else if (name === 'li') block('- ')
        else if (name === 'pre') {
          preDepth += 1
          block('```\n')
        } else if (pending === undefined || pending === '') block()
      },
      ontext(text) {
        if (hiddenDepth > 0 || isNoteMark) return
        const from = parser.startIndex
        const length = parser.endIndex + 1 - from
        if (preDepth > 0) {
          begin()
          out.take(text, from, length)
          return
        }
        takeWords(text, from, length)
      },
      onclosetag(name) {
        if (name === 'table') tables.pop()
        if (hidden.has(name)) hiddenDepth = Math.max(0, hiddenDepth - 1)
        if (hiddenDepth > 0) return
        if (name === 'sup') raised = Math.max(0, raised - 1)
        if (name === 'a') isNoteMark = false
        const table = tableOf()
        if (name === 'pre' && preDepth > 0) {
          preDepth -= 1
          if (!out.isEmpty) out.add(out.endsWith('\n') ? '```' : '\n```')
          block()
        } else if (!table.isLayout && name === 'tr') {
          if (table.cells > 0) out.add(table.names === table.cells ? ' |\n|---|' : ' |')
          table.cells = 0
        } else if (table.cells === 0 && (/^(?:h[1-6]|li|td|th)$/.test(name) || blocks.has(name))) block()
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  )

  /** White space is one space. */
  const takeWords = (text: string, from: number, length: number): void => {
    const isPlain = text.length === length
    for (const { 0: piece, index } of text.matchAll(/\s+|\S+/g)) {
      if (/^\s/.test(piece)) {
        if (pending === undefined && !out.isEmpty && !out.endsWith('\n') && !out.endsWith(' ')) {
          out.take(' ', from + (isPlain ? index : 0), isPlain ? piece.length : length)
        }
        continue
      }
      begin()
      out.take(piece, from + (isPlain ? index : 0), isPlain ? piece.length : length)
    }
  }
  parser.write(html)
  parser.end()
  return out.placed
}

/** Whether a link is the mark of a note, or leads back from one. */
function leadsToNote(link: Readonly<Record<string, string>>, isRaised: boolean): boolean {
  const kinds = `${link['role'] ?? ''} ${link['epub:type'] ?? ''} ${link['class'] ?? ''}`
  return (
    /\b(?:noteref|backlink|footnote-back|footnote-ref)\b/.test(kinds) ||
    (isRaised && (link['href'] ?? '').startsWith('#'))
  )
}
