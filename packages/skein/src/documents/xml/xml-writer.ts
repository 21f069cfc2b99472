import { htmlText } from '../html-text.ts'
import { originalRange, TextBuilder } from '../placed-text.ts'
import type { Place, PlacedText } from '../placed-text.ts'
import type { XmlPiece } from './xml-entities.ts'

/** Writes paragraphs and tables with the marks of Markdown, from pieces of a text. */
export class XmlWriter {
  readonly #out = new TextBuilder()
  /** What the next paragraph begins with, where one begins. */
  #pending: string | undefined
  /** White space that becomes a space, if a word follows. */
  #space: Omit<XmlPiece, 'text'> | undefined
  /** Whether the next word goes on with the one before, whatever stands between. */
  #isJoined = false
  #cells = 0
  /** The kind of the row that was just written, if nothing came after it. */
  #lastRow: string | undefined

  get placed(): Required<PlacedText> {
    return this.#out.placed
  }

  /** Begins a paragraph, with a mark before its first word; without one, a mark that waits already stays. */
  paragraph(mark?: string): void {
    this.#pending = mark ?? this.#pending ?? ''
    this.#space = undefined
    this.#lastRow = undefined
  }

  /** Ends a paragraph. */
  end(): void {
    this.paragraph('')
  }

  space(from: number): void {
    this.#space ??= { from, length: 0 }
  }

  /** Joins the words before and after: `lan-` and `tern`. */
  join(): void {
    this.#space = undefined
    this.#out.takeBack('-')
    this.#isJoined = true
  }

  words({ text, from, length }: XmlPiece, isCell = false): void {
    const isPlain = text.length === length
    for (const { 0: piece, index } of text.matchAll(/\s+|[^\s|]+|\|/g)) {
      const [start, size] = isPlain ? [from + index, piece.length] : [from, length]
      if (/^\s/.test(piece)) {
        if (!this.#isJoined) this.#space ??= { from: start, length: size }
        continue
      }
      this.#begin()
      if (isCell && piece === '|') this.#out.add('\\')
      this.#out.take(piece, start, size)
    }
  }

  /** Text as it is, its white space included. */
  verbatim({ text, from, length }: XmlPiece): void {
    this.#begin()
    this.#out.take(text, from, length)
  }

  /** Ends a block of code. */
  fence(): void {
    if (this.#pending === undefined) this.#out.add(this.#out.endsWith('\n') ? '```' : '\n```')
    this.end()
  }

  /** Text that may be HTML. */
  html(pieces: readonly XmlPiece[]): void {
    const text = pieces.map((piece) => piece.text).join('')
    if (!/<\/?[a-z][^<>]{0,500}>/i.test(text)) return pieces.forEach((piece) => this.words(piece))
    const { text: plain, places } = htmlText(text)
    if (plain === '') return
    const originals = startsOf(pieces)
    this.end()
    this.#begin()
    for (const [index, place] of places.entries()) {
      const piece = plain.slice(place.at, places[index + 1]?.at)
      const { start, end } = originalRange(originals, place.from, place.from + place.length)
      if (place.length === 0) this.#out.add(piece)
      else this.#out.take(piece, start, end - start)
    }
    this.end()
  }

  /** @param fields - Of a record: the names above the columns. */
  row(kind: string, fields?: readonly string[]): void {
    this.#cells = 0
    if (this.#lastRow === kind) {
      this.#pending = undefined
      this.#space = undefined
      this.#out.add('\n')
      return
    }
    this.end()
    this.#begin()
    if (fields) this.#out.add(`| ${fields.join(' | ')} |\n|---|\n`)
  }

  cell(): void {
    this.#space = undefined
    this.#begin()
    this.#out.add(this.#cells === 0 ? '| ' : ' | ')
    this.#cells += 1
  }

  endRow(kind: string, isHead: boolean): void {
    if (this.#cells > 0) this.#out.add(isHead ? ' |\n|---|' : ' |')
    this.end()
    if (this.#cells > 0) this.#lastRow = kind
  }

  #begin(): void {
    const out = this.#out
    this.#isJoined = false
    this.#lastRow = undefined
    if (this.#pending !== undefined) {
      if (!out.isEmpty && !out.endsWith('\n\n')) out.add(out.endsWith('\n') ? '\n' : '\n\n')
      out.add(this.#pending)
    } else if (this.#space && !out.isEmpty && !out.endsWith('\n') && !out.endsWith(' ')) {
      out.take(' ', this.#space.from, this.#space.length)
    }
    this.#pending = undefined
    this.#space = undefined
  }
}

/** Where the pieces of a text begin in the file. */
function startsOf(pieces: readonly XmlPiece[]): Place[] {
  let at = 0
  return pieces.map(({ text, from, length }) => {
    const place = { at, from, length }
    at += text.length
    return place
  })
}
