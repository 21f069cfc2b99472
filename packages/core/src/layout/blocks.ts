import { endsWithAbbreviation } from '../languages/abbreviations.ts'
import type { Language } from '../languages/function-words.ts'
import type { Block, PartKind } from './block.ts'
import { dialectOf } from './dialect.ts'
import type { Dialect } from './dialect.ts'
import { documentForm } from './document-form.ts'
import { furniture } from './furniture.ts'
import { headingAt } from './heading-lines.ts'
import {
  bareNameLength,
  ended,
  hasColumns,
  isBareChat,
  isChatEvent,
  isCode,
  isLogLine,
  isMarkup,
  isTimedChat,
  isRow,
  isRule,
  isTrace,
  keyed,
  listMark,
  speakerLength,
  isNotice,
} from './line-forms.ts'
import { linesOf, restOf } from './lines.ts'
import type { Line } from './lines.ts'
import { regions } from './regions.ts'
import { quotedRows } from './quoted-rows.ts'
import { tableAt } from './tables.ts'
import { tightHeadings } from './tight-headings.ts'
import { continuations, hasOpenSpan, isFull, pageWidth } from './wrapped-lines.ts'

/** `> ` of mail and Markdown, and what comments begin with. */
const quoteMark = /^(?!\|[\w-]{1,60}\|)(?:[>|]\s?)+(?=\s|\S)|^(?:\/\/+|;;+|#)\s(?=\S)/

/** How roff writes words in another font. */
const fontMacro = /^\.(?:B|I|BR|BI|IR|IB|RB|RI|SM|SB)\s+/

/** Finds the blocks of a text by its lines, whatever format it has. In order; they cover all that is not white space. */
export function blocksOf(text: string, language: Language): Block[] {
  const lines = linesOf(text)
  const form = documentForm(lines)
  const reader = new BlockReader(lines, language, form === 'prose')
  if (form === 'prose') return reader.read()
  for (const line of form === 'table' ? quotedRows(lines) : lines) {
    // Brackets alone, as in JSON, say nothing.
    reader.single(form !== 'code' && /[\p{L}\p{N}]/u.test(line.text) ? 'row' : 'other', line)
  }
  return reader.blocks
}

class BlockReader {
  readonly blocks: Block[] = []
  readonly #lines: readonly Line[]
  readonly #language: Language
  readonly #page: number
  readonly #dialect: Dialect
  #paragraph: Line[] = []
  /** Whether the paragraph stands behind marks of quotation. */
  #isQuoted = false
  #isChat = false
  /** Whether lines of a chat begin with names alone, or with times. */
  readonly #chat: { readonly isBare: boolean; readonly isTimed: boolean }

  constructor(lines: readonly Line[], language: Language, isProse: boolean) {
    this.#lines = lines
    this.#language = language
    this.#page = isProse ? pageWidth(lines) : 0
    this.#dialect = dialectOf(lines)
    this.#chat = { isBare: isProse && isBareChat(lines), isTimed: isTimedChat(lines) }
  }

  /** A block of one line. */
  single(kind: PartKind, { start, end }: Line): void {
    if (start < end) this.blocks.push({ kind, pieces: [{ start, end }] })
  }

  read(): Block[] {
    const [marked, around] = [regions(this.#lines), furniture(this.#lines, this.#dialect)]
    const signs = { dialect: this.#dialect, tight: tightHeadings(this.#lines, this.#dialect) }
    const header = headerEnd(this.#lines)
    for (let index = 0; index < this.#lines.length; index += 1) {
      const line = this.#lines[index] as Line
      if (marked[index] || around[index] || index < header) {
        this.#close()
        this.single('other', line)
        continue
      }
      const table = tableAt(this.#lines, index)
      if (table) {
        this.#close()
        this.blocks.push(...table.blocks)
        index = table.last
        continue
      }
      const heading = headingAt(this.#lines, index, signs)
      if (heading) {
        this.#close()
        for (let at = index; at <= heading.last; at += 1) {
          const one = this.#lines[at] as Line
          this.single(isRule(one) ? 'other' : 'heading', one)
        }
        index = heading.last
        continue
      }
      this.#take(line, index)
    }
    this.#close()
    return this.blocks
  }

  #take(line: Line, index: number): void {
    if (line.text === '') return this.#close()
    if (/^[>|]+$/.test(line.text) || isChatEvent(line, this.#chat)) {
      this.#close()
      return this.single('other', line)
    }
    const plain = this.#kindOf(line, index)
    if (plain) {
      this.#close()
      return this.single(plain, line)
    }
    const quoted = (this.#dialect === 'roff' ? fontMacro : quoteMark).exec(line.text)?.[0].length ?? 0
    const content = quoted > 0 ? restOf(line, quoted) : line
    // A quote within a quote is another text.
    const before = this.#paragraph.at(-1)
    const isOtherQuote = before !== undefined && this.#isQuoted !== quoted > 0 && this.#dialect !== 'roff'
    if (isOtherQuote) this.#close()
    this.#isQuoted = quoted > 0
    const speaker = speakerLength(content) || (this.#chat.isBare ? bareNameLength(content) : 0)
    if (this.#paragraph.length === 0 && quoted > 0) this.#mark(line, content.start)
    if (content.text === '') return this.#close()
    if (speaker > 0) {
      this.#close()
      const said = restOf(content, speaker)
      this.#mark(content, said.start)
      this.#isChat = true
      if (isNotice(content, said) || isMarkup(said, this.#dialect)) this.single('other', said)
      else if (said.text !== '') this.#paragraph = [said]
      return
    }
    const numeral = this.#dialect === 'asciidoc' ? (/^\.{1,5}\s+/.exec(content.text)?.[0].length ?? 0) : 0
    if (numeral > 0) {
      this.#close()
      const item = restOf(content, numeral)
      this.#mark(content, item.start)
      this.#paragraph = [item]
      return
    }
    if (listMark.test(content.text) && !this.#isWithin(content)) this.#close()
    if (this.#paragraph.length === 0 && quoted > 0 && before !== undefined && !isOtherQuote)
      this.#mark(line, content.start)
    this.#paragraph.push(content)
  }

  /** Marks at the beginning of a line that are no part of the text. */
  #mark({ start }: Line, end: number): void {
    const last = this.blocks.at(-1)?.pieces.at(-1)
    if (last && last.start >= start) return
    this.blocks.push({ kind: 'other', pieces: [{ start, end }] })
  }

  /** Whether what looks like a mark of a list is part of a sentence that goes on there: `… in the year\n1990. …`, `Dr.\nH. Maier`. */
  #isWithin(line: Line): boolean {
    const { text, indent } = line
    const last = this.#paragraph.at(-1)
    if (!last || listMark.test(this.#paragraph[0]?.text ?? '') || indent !== last.indent) return false
    if (/^\p{Lu}\.\s/u.test(text)) return true
    if (/^-[^\s-]/.test(text) && !/[.!?:;]$/.test(last.text) && (hasOpenSpan(last) || isFull(last, line, this.#page)))
      return true
    if (text.startsWith('—')) return /[\p{L},]$/u.test(last.text)
    if (endsWithAbbreviation(last.text, this.#language)) return true
    return /^(?:[2-9]|\d{2,3}|\p{Ll})[.)]\s/u.test(text) && !/[.!?:;]$/.test(last.text)
  }

  /** Whether a line that looks like code or a link alone is part of a sentence: the line before was broken there. */
  #isGoingOn(line: Line): boolean {
    const last = this.#paragraph.at(-1)
    if (!last || last.indent !== line.indent || /[.!?:;{}]$/.test(last.text)) return false
    return /^\p{Ll}{2,}:\/\//u.test(line.text) || isFull(last, line, this.#page)
  }

  #kindOf(line: Line, index: number): PartKind | undefined {
    // A keyword, a link, what reStructuredText replaces: `|version|`.
    if (/^(?:\p{Ll}|\|[\w-]{1,60}\|[^|]*$)/u.test(line.text) && this.#isGoingOn(line)) return undefined
    if (isRule(line) || isMarkup(line, this.#dialect)) return 'other'
    const [before, after] = [this.#lines[index - 1], this.#lines[index + 1]]
    // What is explained below.
    if (this.#dialect === 'roff' && before?.text.startsWith('.TP')) return 'other'
    // The names of the columns say what all rows below are about.
    if (isRow(line) && after && isRule(after) && !(before && isRow(before)) && this.#isHead(index)) return 'heading'
    if (isRow(line) || isLogLine(line)) return 'row'
    const isColumned = (one: Line | undefined): boolean => one !== undefined && hasColumns(one) && !isRule(one)
    if (isColumned(line) && after && isRule(after) && /[-=]{2} {2,}[-=]{2}/.test(after.text) && !isColumned(before))
      return 'heading'
    if (hasColumns(line) && [before, after].some((one) => one !== undefined && (hasColumns(one) || isRule(one))))
      return 'row'
    if (isSubtitleMark(line, after)) return 'other'
    if (isCode(line) || isTrace(line)) return 'other'
    // Indented code of Markdown: four columns below a blank line, and no text that continues from above.
    if (line.indent >= 4 && this.#paragraph.length === 0 && isIndentedCode(line)) return 'other'
    const isSetting = keyed.test(line.text) && line.text.length < 80 && !/[.!?]$/.test(line.text)
    const isAmongSettings = [before, after].some(
      (one) => one !== undefined && one.text !== '' && keyed.test(one.text) && !/[.!?]$/.test(one.text),
    )
    return isSetting && isAmongSettings && this.#paragraph.length === 0 ? 'row' : undefined
  }

  /** Whether a row above a rule names columns. In a grid each row has a rule below, and its head a double one. */
  #isHead(index: number): boolean {
    const [rule, after] = [this.#lines[index + 1]?.text ?? '', this.#lines[index + 3]]
    if (/^[└╰╚]/.test(rule)) return false
    return !/^[+├╞╠┣]/.test(rule) || /[=═╪╬]/.test(rule) || !after || isRow(after) || /^[└╰╚]/.test(after.text)
  }

  /** Ends the paragraph: its lines become blocks, each as far as its text continues. */
  #close(): void {
    const lines = this.#paragraph
    this.#paragraph = []
    const [first] = lines
    if (!first) return
    const isChat = this.#isChat
    this.#isChat = false
    if (isShortList(lines)) {
      this.blocks.push({ kind: 'sentence', pieces: [{ start: first.start, end: first.end }] })
      for (const line of lines.slice(1)) this.single('row', line)
      return
    }
    if (lines.length <= 3 && !isChat && lines.every((line) => isScrap(line))) {
      for (const line of lines) this.single('other', line)
      return
    }
    let pieces: { start: number; end: number }[] = []
    for (const [index, goesOn] of continuations(lines, this.#language, this.#page).entries()) {
      const { start, end } = lines[index] as Line
      pieces.push({ start, end })
      // Roff has commands where a line is not to be filled.
      if (goesOn || (this.#dialect === 'roff' && index < lines.length - 1)) continue
      this.blocks.push({ kind: 'sentence', pieces, isChat })
      pieces = []
    }
  }
}

/** How many lines the header of a mail takes. */
function headerEnd(lines: readonly Line[]): number {
  let end = 0
  let known = 0
  for (const { text, indent } of lines) {
    if (!/^[A-Z][\w-]{1,40}:\s/.test(text) && !(end > 0 && indent > 0 && text !== '') && !/^From \S+@/.test(text)) break
    if (
      /^(?:From|To|Cc|Subject|Date|Message-ID|Reply-To|Received|Sender|Return-Path|Content-Type|MIME-Version):\s/i.test(
        text,
      )
    )
      known += 1
    end += 1
  }
  return known > 1 ? end : 0
}

/** The number of a caption, or the time when it is shown. */
function isSubtitleMark({ text }: Line, after: Line | undefined): boolean {
  const time = /^(?:\d{1,2}:)?\d{1,2}:\d\d[.,]\d{2,3}\s+-->\s/
  return time.test(text) || (/^\d+$/.test(text) && after !== undefined && time.test(after.text)) || text === 'WEBVTT'
}

/** A salutation, a name, a version: a few words that are neither a sentence nor a heading. */
function isScrap({ text }: Line): boolean {
  return (
    text.length < 40 &&
    !ended.test(text) &&
    !listMark.test(text) &&
    /^[\p{Script=Latin}\p{N}\p{P}\s]+$/u.test(text) &&
    text.split(/\s+/).length < 4
  )
}

/** Whether short lines without marks are listed below a line that announces them: `Ingredients:`. */
function isShortList([first, ...items]: readonly Line[]): boolean {
  return (
    first !== undefined &&
    items.length > 1 &&
    first.text.endsWith(':') &&
    items.every(
      ({ text, indent }) =>
        indent > first.indent && text.length < 60 && !/[.,;:!?]$/.test(text) && !listMark.test(text),
    )
  )
}

function isIndentedCode({ text }: Line): boolean {
  const words = text.split(/\s+/).filter((word) => /^\p{L}+,?$/u.test(word))
  return /[={}<>$|\\]|\w\(|;$/.test(text) && !ended.test(text) && words.length < 4
}
