import { createRequire } from 'node:module'
import type * as Runtime from '@skein/memory/runtime'

/** What JSON leaves alone, though a terminal obeys it or nobody sees it. */
const unseen = /[\u007F-\u009F\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/** What is harmless as it is: printable ASCII, the letters and signs of Western Europe, quotation marks and dashes. */
const harmless = /^[ -~\u00A1-\u00AC\u00AE-\u00FF\u2010-\u2027]*$/

/** Any string as one line that is harmless to a terminal. */
export function plainText(text: string): string {
  if (harmless.test(text)) return text
  // The help and the version are printed without the memory, which takes longer to load than they to print.
  runtime ??= createRequire(import.meta.url)('@skein/memory/runtime') as typeof Runtime
  return runtime.plainText(text)
}

let runtime: typeof Runtime | undefined

/** A text as one string per line, each harmless to a terminal. */
export function plainLines(text: string): string[] {
  return text.split(/\r\n|\n/).map((line) => plainText(line.replaceAll('\t', '  ')))
}

/**
 * A value as one line of JSON that is harmless to a terminal. Escapes what
 * `JSON.stringify` leaves alone, such as DEL, C1 codes and bidirectional marks;
 * parsing gives the value back exactly.
 */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value).replaceAll(unseen, escaped)
}

function escaped(letter: string): string {
  // JSON escapes UTF-16 units.
  return Array.from({ length: letter.length }, (_, unit) => {
    return `\\u${letter.charCodeAt(unit).toString(16).padStart(4, '0')}`
  }).join('')
}
