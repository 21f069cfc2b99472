import { Parser } from 'htmlparser2'

import { htmlText } from './html-text.ts'
import { originalRange, TextBuilder } from './placed-text.ts'
import type { Place, PlacedText } from './placed-text.ts'
import { xmlForm } from './xml-form.ts'

const names = (all: string): ReadonlySet<string> => new Set(all.split(' '))

/** What elements mean in DocBook, TEI, JATS, DITA, FictionBook, RSS and Atom, and in what is made like them. */
const headings = names('title head heading article-title chapter-title bridgehead')
const items = names('listitem item li list-item step')
const code = names('programlisting screen literallayout codeblock pre sourcecode synopsis')
const rows = names('row tr')
const cells = names('entry td th cell')
const hidden = names('binary script style footnote fn indexterm graphic')
/** Feeds hold HTML in these. */
const markup = names('description content summary encoded')
/** These begin a paragraph also where text stands beside them. */
const blocks = names(
  'p para simpara formalpara div section sec chapter article book part body text list itemizedlist orderedlist table quote ' +
    'blockquote lg l sp stanza v poem epigraph note caption figure abstract item listitem',
)
/** What never is a field of a record. */
const structure: ReadonlySet<string> = new Set([...headings, ...items, ...code, ...rows, ...cells, ...blocks])
const docBook = 'info articleinfo bookinfo chapterinfo sectioninfo front ref-list bibliography'
/** By the outermost element: what tells about a text rather than being part of it. Of that, titles and abstracts are read. */
const asides: Readonly<Record<string, ReadonlySet<string>>> = {
  fictionbook: names('description'),
  tei: names('teiheader listbibl'),
  teicorpus: names('teiheader listbibl'),
  ...Object.fromEntries(['book', 'article', 'chapter', 'set', 'refentry'].map((root) => [root, names(docBook)])),
  ...Object.fromEntries(['task', 'topic', 'concept', 'reference', 'dita'].map((root) => [root, names('prolog')])),
}
const none: ReadonlySet<string> = new Set()

/** An element that is open. */
interface Open {
  readonly name: string
  hasTitle: boolean
}

/** A piece of text as it stands in the file. */
interface Piece {
  readonly text: string
  readonly from: number
  readonly length: number
}

/** Whether a text is HTML that is written as XML, also where it says so first. */
export function isXhtml(text: string): boolean {
  return /^\uFEFF?\s{0,99}<\?xml[^<>]{0,200}>[^<]{0,200}(?:<!doctype html|<html)\b/i.test(text.slice(0, 1000))
}

/** Whether a text is XML. */
export function isXml(text: string, ending: string): boolean {
  const head = text.slice(0, 200)
  const isNamed = ['.xml', '.dbk', '.docbook', '.tei', '.fb2', '.rss', '.atom', '.dita', '.nxml'].includes(ending)
  return /^\uFEFF?\s{0,99}<\?xml\s/.test(head) || (isNamed && /^\uFEFF?\s{0,99}<[A-Za-z!?]/.test(head))
}

/**
 * Turns XML into text with the marks of Markdown: headings, items, tables, code. An element begins a new paragraph, unless
 * its like stand within text. Records that hold nothing but fields are the rows of a table. Attributes are left out.
 */
export function xmlText(xml: string): Required<PlacedText> {
  const { inline, records } = xmlForm(xml, structure)
  const out = new TextBuilder()
  const open: Open[] = []
  let pending: string | undefined
  let hiddenDepth = 0
  let codeDepth = 0
  let headingDepth = 0
  let rowCells = 0
  let rowName: string | undefined
  let lastRecord: string | undefined
  let isInHead = false
  /** What stands in an element that may hold HTML. */
  let held: Piece[] | undefined

  const begin = (): void => {
    if (pending === undefined) return
    if (!out.isEmpty && !out.endsWith('\n\n')) out.add(out.endsWith('\n') ? '\n' : '\n\n')
    out.add(pending)
    pending = undefined
  }
  const takeWords = ({ text, from, length }: Piece): void => {
    const isPlain = text.length === length
    for (const { 0: piece, index } of text.matchAll(/\s+|\S+/g)) {
      const [start, size] = isPlain ? [from + index, piece.length] : [from, length]
      if (/^\s/.test(piece)) {
        if (pending === undefined && !out.isEmpty && !out.endsWith('\n') && !out.endsWith(' '))
          out.take(' ', start, size)
        continue
      }
      begin()
      out.take(piece, start, size)
    }
  }
  const takeHeld = (pieces: readonly Piece[]): void => {
    const text = pieces.map((piece) => piece.text).join('')
    if (!/<\/?[a-z][^<>]{0,500}>/i.test(text)) return pieces.forEach(takeWords)
    const { text: plain, places } = htmlText(text)
    const originals = startsOf(pieces)
    pending = ''
    begin()
    for (const [index, place] of places.entries()) {
      const piece = plain.slice(place.at, places[index + 1]?.at)
      const { start, end } = originalRange(originals, place.from, place.from + place.length)
      if (place.length === 0) out.add(piece)
      else out.take(piece, start, end - start)
    }
    pending = ''
  }
  const openRow = (name: string): void => {
    rowName = name
    rowCells = 0
    const fields = records.get(name)
    if (fields && lastRecord !== name) {
      pending = ''
      begin()
      out.add(`| ${fields.join(' | ')} |\n|---|`)
    }
    lastRecord = fields && name
    if (out.endsWith('|')) {
      pending = undefined
      out.add('\n')
    } else pending = ''
  }
  const isAside = (): boolean => {
    const about = asides[open[0]?.name ?? ''] ?? none
    const first = open.findIndex(({ name }) => about.has(name))
    return first !== -1 && !open.slice(first).some(({ name }) => headings.has(name) || name === 'abstract')
  }
  const parser = new Parser(
    {
      onopentag(tag, { place }) {
        const name = localName(tag)
        open.push({ name, hasTitle: false })
        if (hiddenDepth > 0 || hidden.has(name) || (name === 'note' && place !== undefined)) hiddenDepth += 1
        if (hiddenDepth > 0) return
        const isText = inline.has(name) && !blocks.has(name)
        const parent = open.at(-2)?.name
        if (code.has(name)) {
          codeDepth += 1
          pending = '```\n'
        } else if (headings.has(name)) {
          headingDepth += 1
          if (headingDepth === 1) pending = `${'#'.repeat(levelOf(open))} `
        } else if (codeDepth > 0) return
        else if (headingDepth > 0) takeWords({ text: isText ? '' : ' ', from: parser.startIndex, length: 0 })
        else if (rows.has(name) || records.has(name)) openRow(name)
        else if (rowName !== undefined && (cells.has(name) || (parent === rowName && records.has(parent)))) {
          begin()
          out.add(rowCells === 0 ? '| ' : ' | ')
          rowCells += 1
        } else if (rowName !== undefined) takeWords({ text: isText ? '' : ' ', from: parser.startIndex, length: 0 })
        else if (items.has(name)) pending = '- '
        else if (name === 'thead') isInHead = true
        else if (!isText) pending ??= ''
        if (markup.has(name) && rowName === undefined) held = []
      },
      ontext(text) {
        if (hiddenDepth > 0 || isAside()) return
        const from = parser.startIndex
        const piece = { text, from, length: parser.endIndex + 1 - from }
        if (codeDepth > 0) {
          begin()
          out.take(text, from, piece.length)
        } else if (held && markup.has(open.at(-1)?.name ?? '')) held.push(piece)
        else takeWords(piece)
      },
      onclosetag(tag) {
        const name = localName(tag)
        if (held && markup.has(name)) {
          takeHeld(held)
          held = undefined
        }
        open.pop()
        if (hiddenDepth > 0) {
          hiddenDepth -= 1
          return
        }
        if (code.has(name)) {
          codeDepth -= 1
          if (pending === undefined) out.add(out.endsWith('\n') ? '```' : '\n```')
          pending = ''
        } else if (headings.has(name)) {
          headingDepth -= 1
          if (headingDepth === 0) pending = ''
        } else if (headingDepth > 0 || codeDepth > 0) return
        else if (name === rowName) {
          if (rowCells > 0) out.add(isInHead ? ' |\n|---|' : ' |')
          rowName = undefined
        } else if (name === 'thead') isInHead = false
        else if (rowName === undefined && (!inline.has(name) || blocks.has(name))) pending = ''
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.write(xml)
  parser.end()
  return out.placed
}

/** Where the pieces of a text begin in the file. */
function startsOf(pieces: readonly Piece[]): Place[] {
  let at = 0
  return pieces.map(({ text, from, length }) => {
    const place = { at, from, length }
    at += text.length
    return place
  })
}

/** The level of a title, of which all before this one are told: those of a header count for what the header is about. */
function levelOf(open: readonly Open[]): number {
  const about = asides[open[0]?.name ?? ''] ?? none
  const isHeader = (name: string): boolean =>
    about.has(name) || /^(?:article-meta|title-group|titlestmt|filedesc)$/.test(name)
  const owner = open.findLast(({ name }, index) => index < open.length - 1 && !isHeader(name))
  const above = open.filter((one) => one.hasTitle && one !== owner).length
  if (owner) owner.hasTitle = true
  return Math.min(6, above + 1)
}

function localName(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1).toLowerCase()
}
