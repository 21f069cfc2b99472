import { htmlText } from '../html-text.ts'
import { isMail } from './is-mail.ts'
import { decodeWords, takeBase64, takeQuotedPrintable } from './mail-encodings.ts'
import { originalRange, TextBuilder } from '../placed-text.ts'
import type { PlacedText } from '../placed-text.ts'

/** Deeper parts of a mail are left out. */
const maxDepth = 8

/** Headers that say something to a reader. */
const shown = ['from', 'to', 'cc', 'date']

/** A text within a mail. */
interface MailPart {
  /** Its type in lower case, such as `text/html`. */
  readonly type: string
  readonly charset: string
  readonly encoding: string
  readonly start: number
  readonly end: number
}

interface Header {
  readonly value: string
  /** Where its name begins. */
  readonly at: number
  /** Where its value is. */
  readonly start: number
  readonly end: number
}

/**
 * Turns mail into text as a reader sees it: subjects as headings, texts decoded, attachments left out. Of several forms of
 * a text it takes the plain one. Parsers of mail forget where a text stands, which citations need, so this is our own.
 *
 * @returns `undefined` for a text that is no mail, or a single plain one, which is its own text.
 */
export function mailText(text: string): Required<PlacedText> | undefined {
  if (!isMail(text)) return undefined
  const starts = messageStarts(text)
  if (starts.length === 1 && !isEncoded(text)) return undefined
  const out = new TextBuilder()
  for (const [index, start] of starts.entries()) {
    takeMessage(out, text, start, starts[index + 1] ?? text.length)
  }
  return out.placed
}

function isEncoded(text: string): boolean {
  return (
    /^content-transfer-encoding:\s*(?:quoted-printable|base64)/im.test(text) ||
    /^content-type:\s*(?:multipart\/|text\/html)/im.test(text) ||
    /=\?[\w-]{1,40}\?[QB]\?/i.test(/^subject:.*$/im.exec(text)?.[0] ?? '')
  )
}

/** Where the messages of a mailbox begin: below lines such as `From ann@example.org Mon Jun  3 10:15:00 2024`. */
function messageStarts(text: string): readonly number[] {
  const starts: number[] = []
  for (const { index } of text.matchAll(/^From \S+ .*\d\d:\d\d.*$/gm)) {
    const before = text.slice(Math.max(0, index - 3), index)
    if (index === 0 || /\n\r?\n$/.test(before)) starts.push(lineEnd(text, index))
  }
  return starts.length === 0 ? [0] : starts
}

function takeMessage(out: TextBuilder, text: string, start: number, end: number): void {
  const { headers, body } = readHeaders(text, start, end)
  const subject = headers.get('subject')
  if (!out.isEmpty) out.add('\n\n')
  if (subject && subject.value !== '') {
    takeHeader(out, '# ', subject)
    out.add('\n')
  }
  for (const name of shown) {
    const header = headers.get(name)
    if (!header) continue
    takeHeader(out, `${name.replace(/^./, (letter) => letter.toUpperCase())}: `, header)
  }
  for (const part of partsOf(text, headers, body, end, 0)) {
    out.add('\n')
    takePart(out, text, part)
    // Without one, the next separator would be read as a heading.
    out.add('\n')
  }
}

function takeHeader(out: TextBuilder, mark: string, { value, at, start, end }: Header): void {
  out.take(mark, at, start - at)
  out.take(decodeWords(value), start, end - start)
  out.add('\n')
}

function takePart(out: TextBuilder, text: string, part: MailPart): void {
  if (part.type !== 'text/html') return takeDecoded(out, text, part)
  const source = new TextBuilder()
  takeDecoded(source, text, part)
  // Marks where the last place ends.
  source.add('<!---->')
  const { text: html, places } = source.placed
  const { text: shownText, places: shownPlaces } = htmlText(html)
  for (const [index, { at, from, length }] of shownPlaces.entries()) {
    const piece = shownText.slice(at, shownPlaces[index + 1]?.at)
    if (length === 0) {
      out.add(piece)
      continue
    }
    const { start, end } = originalRange(places, from, from + length)
    out.take(piece, start, end - start)
  }
}

function takeDecoded(out: TextBuilder, text: string, { encoding, charset, start, end }: MailPart): void {
  const source = text.slice(start, end)
  if (encoding === 'base64') takeBase64(out, source, start, charset)
  else if (encoding === 'quoted-printable') takeQuotedPrintable(out, source, start, charset)
  else out.take(source, start, source.length)
}

/** The headers from an offset on, by lower-case names, and where what is below them begins. */
function readHeaders(
  text: string,
  start: number,
  end: number,
): { readonly headers: ReadonlyMap<string, Header>; readonly body: number } {
  const headers = new Map<string, Header>()
  let at = start
  while (at < end) {
    const line = lineEnd(text, at)
    if (text.slice(at, line).trim() === '') return { headers, body: Math.min(end, line) }
    const name = /^[!-9;-~]{1,60}(?=:)/.exec(text.slice(at, at + 64))?.[0]
    if (name === undefined) break
    let to = line
    while (to < end && /[ \t]/.test(text[to] ?? '')) to = lineEnd(text, to)
    const raw = text.slice(at + name.length + 1, to)
    const from = at + name.length + 1 + raw.length - raw.trimStart().length
    if (!headers.has(name.toLowerCase())) {
      const value = raw.trim()
      headers.set(name.toLowerCase(), {
        value: value.replaceAll(/\r?\n[ \t]+/g, ' '),
        at,
        start: from,
        end: from + value.length,
      })
    }
    at = to
  }
  return { headers, body: Math.min(end, at) }
}

/** After the line that an offset is in. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end + 1
}

function partsOf(
  text: string,
  headers: ReadonlyMap<string, Header>,
  start: number,
  end: number,
  depth: number,
): readonly MailPart[] {
  const type = headers.get('content-type')?.value ?? 'text/plain'
  const name = (/^[^;\s]+/.exec(type)?.[0] ?? '').toLowerCase()
  if (depth > maxDepth || /^attachment\b/i.test(headers.get('content-disposition')?.value ?? '')) return []
  if (name.startsWith('multipart/')) {
    const boundary = parameter(type, 'boundary')
    const parts = boundary === undefined ? [] : bodies(text, boundary, start, end)
    const found = parts.map(([from, to]) => {
      const { headers: own, body } = readHeaders(text, from, to)
      return partsOf(text, own, body, to, depth + 1)
    })
    if (name !== 'multipart/alternative') return found.flat()
    return (
      found.find((some) => some.some((part) => part.type === 'text/plain')) ??
      found.findLast((some) => some.length > 0) ??
      []
    )
  }
  if (name === 'message/rfc822') {
    const { headers: own, body } = readHeaders(text, start, end)
    return partsOf(text, own, body, end, depth + 1)
  }
  if (!name.startsWith('text/')) return []
  const encoding = (headers.get('content-transfer-encoding')?.value ?? '').toLowerCase()
  return [{ type: name, charset: parameter(type, 'charset') ?? 'utf-8', encoding, start, end }]
}

/** A parameter of a header: `text/plain; charset="utf-8"`. */
function parameter(value: string, name: string): string | undefined {
  for (const { groups } of value.matchAll(/;\s*(?<name>[\w-]{1,40})\s*=\s*(?:"(?<quoted>[^"]*)"|(?<plain>[^\s;]+))/g)) {
    if (groups?.['name']?.toLowerCase() === name) return groups['quoted'] ?? groups['plain']
  }
  return undefined
}

/** Where the parts between the lines of a boundary are. */
function bodies(text: string, boundary: string, start: number, end: number): readonly (readonly [number, number])[] {
  const mark = `--${boundary}`
  const found: [number, number][] = []
  let from: number | undefined
  for (let at = text.indexOf(mark, start); at !== -1 && at < end; at = text.indexOf(mark, at + mark.length)) {
    if (at > start && text[at - 1] !== '\n') continue
    if (from !== undefined) found.push([from, at])
    if (text.startsWith('--', at + mark.length)) return found
    from = lineEnd(text, at)
  }
  if (from !== undefined && from < end) found.push([from, end])
  return found
}
