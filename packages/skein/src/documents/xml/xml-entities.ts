import { parseDocument } from 'htmlparser2'

/** A piece of text as it stands in the file, or decoded. */
export interface XmlPiece {
  readonly text: string
  readonly from: number
  readonly length: number
}

const reference = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([\p{L}_][\p{L}\p{N}_.:-]{0,99}));/gu
const known: ReadonlyMap<string, string> = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }))

/** The entities that a document type declares, as far as they stand for short texts without tags. */
export function entitiesIn(doctype: string): Map<string, string> {
  const declaration =
    /<!ENTITY\s{1,99}([\p{L}_][\p{L}\p{N}_.:-]{0,99})\s{1,99}(?:"([^"<%]{0,200})"|'([^'<%]{0,200})')/gu
  const found = new Map<string, string>()
  for (const [, name = '', one, other] of doctype.matchAll(declaration)) {
    const value = (one ?? other ?? '').replaceAll(reference, (written, decimal, hex) => charOf(decimal, hex) ?? written)
    if (!found.has(name) && !value.includes('&')) found.set(name, value)
  }
  return found
}

/** Makes what decodes entities: those of HTML, too, and unknown ones stay. Declared ones add at most `most` characters. */
export function entityReader(declared: Map<string, string>, most: number): (text: string, from: number) => XmlPiece[] {
  const named = new Map([...declared, ...known])
  let added = 0
  const meaning = (name: string): string => {
    let value = named.get(name)
    if (value === undefined) {
      value = htmlEntity(name)
      named.set(name, value)
    }
    added += value.length
    return added > most && declared.has(name) ? `&${name};` : value
  }
  return (text, from) => {
    if (!text.includes('&')) return [{ text, from, length: text.length }]
    const pieces: XmlPiece[] = []
    let done = 0
    const plain = (end: number): void => {
      if (end > done) pieces.push({ text: text.slice(done, end), from: from + done, length: end - done })
    }
    for (const match of text.matchAll(reference)) {
      const [written, decimal, hex, name = ''] = match
      plain(match.index)
      const value = name === '' ? (charOf(decimal, hex) ?? written) : meaning(name)
      pieces.push({ text: value, from: from + match.index, length: written.length })
      done = match.index + written.length
    }
    plain(text.length)
    return pieces
  }
}

function charOf(decimal: string | undefined, hex: string | undefined): string | undefined {
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
  const isChar = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return isChar ? String.fromCodePoint(code) : undefined
}

function htmlEntity(name: string): string {
  const [node] = parseDocument(`&${name};`).children
  return node && 'data' in node ? node.data : `&${name};`
}
