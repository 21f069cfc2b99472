import { entitiesIn, entityReader } from './xml-entities.ts'
import type { XmlPiece } from './xml-entities.ts'

/** What a text of XML consists of, in its order. Each element that opens is closed, at the latest by the end. */
export interface XmlHandlers {
  /** @param attributes - Reads them; few are asked for. */
  readonly open: (name: string, attributes: () => ReadonlyMap<string, XmlPiece>) => void
  readonly text: (piece: XmlPiece) => void
  readonly close: () => void
}

/**
 * Goes through a text of XML, in linear time however deep or damaged it is: what is no tag is text. Names are told in small
 * letters, without their prefixes. Comments, instructions and the document type are left out.
 */
export function scanXml(xml: string, { open, text, close }: XmlHandlers): void {
  const names: string[] = []
  const counts = new Map<string, number>()
  let read = entityReader(new Map(), xml.length)
  let isTyped = false
  let done = 0
  const take = (end: number): void => {
    if (end > done) for (const piece of read(xml.slice(done, end), done)) text(piece)
  }
  const closeOne = (): void => {
    const name = names.pop() ?? ''
    counts.set(name, (counts.get(name) ?? 1) - 1)
    close()
  }
  for (let at = xml.indexOf('<'); at !== -1; at = xml.indexOf('<', Math.max(done, at + 1))) {
    const [from, to] = [at, marked(xml, at)]
    if (to !== undefined) {
      take(from)
      done = to
      if (xml.startsWith('<![CDATA[', from)) {
        const end = xml.startsWith(']]>', to - 3) ? to - 3 : to
        if (end > from + 9) text({ text: xml.slice(from + 9, end), from: from + 9, length: end - from - 9 })
      } else if (!isTyped && /^<!doctype\s/i.test(xml.slice(from, from + 10))) {
        isTyped = true
        done = doctypeEnd(xml, from)
        read = entityReader(entitiesIn(xml.slice(from, done)), xml.length)
      }
      continue
    }
    const end = tagEnd(xml, from)
    if (end === -1) continue
    take(from)
    done = end + 1
    const isClosing = xml[from + 1] === '/'
    const start = from + (isClosing ? 2 : 1)
    const tag = xml.slice(start, end)
    const length = /[\s/]/.exec(tag)?.index ?? tag.length
    const name = localName(tag.slice(0, length))
    if (isClosing) {
      // What nobody opened closes nothing.
      if ((counts.get(name) ?? 0) > 0) {
        while (names.at(-1) !== name) closeOne()
        closeOne()
      }
      continue
    }
    names.push(name)
    counts.set(name, (counts.get(name) ?? 0) + 1)
    open(name, () => attributesOf(tag.slice(length), start + length, read))
    if (tag.endsWith('/')) closeOne()
  }
  take(xml.length)
  while (names.length > 0) closeOne()
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1).toLowerCase()
}

/** Where a comment, an instruction or another mark that is no tag ends. */
function marked(xml: string, at: number): number | undefined {
  const next = xml[at + 1]
  if (next !== '!' && next !== '?') return undefined
  const isComment = xml.startsWith('<!--', at)
  const close = isComment ? '-->' : xml.startsWith('<![CDATA[', at) ? ']]>' : next === '?' ? '?>' : '>'
  const end = xml.indexOf(close, at + (isComment ? 4 : 2))
  return end === -1 ? xml.length : end + close.length
}

/** Where a document type ends, with the declarations that are in it. */
function doctypeEnd(xml: string, from: number): number {
  let isWithin = false
  const marks = /<!--|<\?|["'[\]>]/g
  marks.lastIndex = from
  for (let mark = marks.exec(xml); mark; mark = marks.exec(xml)) {
    const [found] = mark
    if (found === '[') isWithin = true
    else if (found === ']') isWithin = false
    else if (found === '>') {
      if (!isWithin) return marks.lastIndex
    } else {
      const close = found === '<!--' ? '-->' : found === '<?' ? '?>' : found
      const end = xml.indexOf(close, marks.lastIndex)
      if (end === -1) break
      marks.lastIndex = end + close.length
    }
  }
  return xml.indexOf('>', from) + 1
}

/** Where a tag ends: at what closes it outside of quotation marks, at least before the next one opens. -1: it is none. */
function tagEnd(xml: string, from: number): number {
  if (!/^<\/?[\p{L}_]/u.test(xml.slice(from, from + 4))) return -1
  let quote = ''
  let first = -1
  for (let at = from + 1; at < xml.length; at += 1) {
    const char = xml[at] as string
    if (char === '<') break
    if (char === '>') {
      if (quote === '') return at
      if (first === -1) first = at
    } else if (char === quote) quote = ''
    else if (quote === '' && (char === '"' || char === "'")) quote = char
  }
  return first
}

function attributesOf(
  source: string,
  from: number,
  read: (text: string, from: number) => readonly XmlPiece[],
): Map<string, XmlPiece> {
  const found = new Map<string, XmlPiece>()
  let done = 0
  for (let at = source.search(/["']/); at !== -1 && at < source.length;) {
    const end = source.indexOf(source[at] as string, at + 1)
    if (end === -1) break
    const name = localName(source.slice(done, at).replace('=', '').trim())
    const text = read(source.slice(at + 1, end), from + at + 1)
    found.set(name, { text: text.map((piece) => piece.text).join(''), from: from + at + 1, length: end - at - 1 })
    done = end + 1
    const next = source.slice(done).search(/["']/)
    at = next === -1 ? -1 : done + next
  }
  return found
}
