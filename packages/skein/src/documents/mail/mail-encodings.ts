import type { TextBuilder } from '../placed-text.ts'
import { decodedAs } from '../text-encodings.ts'

/** Writes text in bytes as the text that they stand for. An encoding that nobody knows is taken for UTF-8. */
function decoded(bytes: Uint8Array, charset: string): string {
  try {
    return decodedAs(bytes, charset)
  } catch {
    return decodedAs(bytes, 'utf-8')
  }
}

/** Takes over a part of a mail in quoted-printable (RFC 2045): each character with its place. */
export function takeQuotedPrintable(out: TextBuilder, text: string, from: number, charset: string): void {
  // Characters of several bytes may be parted by the end of a line.
  for (const { 0: piece, index } of text.matchAll(/(?:=[\dA-F]{2}|=[ \t]{0,9}\r?\n)+|[^=]+|=/gi)) {
    const isPlain = piece === '=' || !piece.startsWith('=')
    out.take(isPlain ? piece : decoded(escapedBytes(piece), charset), from + index, piece.length)
  }
}

function escapedBytes(escapes: string): Uint8Array {
  return Uint8Array.from(escapes.match(/[\dA-F]{2}/gi) ?? [], (byte) => Number.parseInt(byte, 16))
}

/** Takes over a part of a mail in Base64: each word with the characters that it is written in. */
export function takeBase64(out: TextBuilder, text: string, from: number, charset: string): void {
  const places: number[] = []
  for (let at = 0; at < text.length; at += 1) if (/[A-Za-z0-9+/]/.test(text[at] as string)) places.push(at)
  const bytes = Buffer.from(text, 'base64')
  const hasTags = !/^iso-2022/i.test(charset)
  let start = 0
  while (start < bytes.length) {
    const end = wordEnd(bytes, start, hasTags)
    // Three bytes are four characters.
    const first = places[Math.floor((start * 4) / 3)] ?? 0
    const last = places[Math.min(places.length, Math.ceil((end * 4) / 3)) - 1] ?? first
    out.take(decoded(bytes.subarray(start, end), charset), from + first, last + 1 - first)
    start = end
  }
}

/** Where a word or a tag ends: with the space behind it. In most encodings, none of these bytes is part of a character. */
function wordEnd(bytes: Uint8Array, start: number, hasTags: boolean): number {
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === 0x20 || byte === 0x0a || (hasTags && byte === 0x3e)) return at + 1
    if (hasTags && byte === 0x3c && at > start) return at
  }
  return bytes.length
}

/** Reads the encoded words of a header (RFC 2047): `=?UTF-8?Q?M=C3=B8te?=`. */
export function decodeWords(value: string): string {
  const words = /=\?([^?\s]{1,40})\?([QB])\?([^?\s]*)\?=(?:\s+(?==\?))?/gi
  return value.replaceAll(words, (_, charset: string, encoding: string, word: string) => {
    const isBase64 = encoding.toUpperCase() === 'B'
    const bytes = isBase64 ? Buffer.from(word, 'base64') : wordBytes(word)
    return decoded(bytes, charset)
  })
}

function wordBytes(word: string): Uint8Array {
  const plain = word
    .replaceAll('_', ' ')
    .replaceAll(/=([\dA-F]{2})/gi, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)))
  return Buffer.from(plain, 'latin1')
}
