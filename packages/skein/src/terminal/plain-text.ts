/**
 * What a stored text may not do to a terminal: move its cursor, change its
 * colours, break lines, or turn the order of letters around.
 */
const harmful = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu
/** Letters that nobody sees. The two joiners shape the letters around them. */
const invisible = /(?![\u200C\u200D])\p{Cf}/gu

/** A text of whatever origin as one line that does nothing to a terminal. */
export function plain(text: string): string {
  return text.replaceAll(harmful, '\u{FFFD}').replaceAll(invisible, '')
}

/** The same, with its line breaks kept. */
export function plainLines(text: string): string[] {
  return text.split(/\r\n|\n/).map((line) => plain(line.replaceAll('\t', '  ')))
}

/**
 * A value as JSON text in one line that does nothing to a terminal either: what
 * `JSON.stringify` leaves as it is, such as DEL, C1 and bidirectional marks, is
 * escaped, so that parsing it gives the value back exactly.
 */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\u007F-\u009F\u2028\u2029]|\p{Cf}/gu, escaped)
}

function escaped(letter: string): string {
  // By UTF-16 units: JSON knows no other escapes.
  return Array.from({ length: letter.length }, (_, unit) => {
    return `\\u${letter.charCodeAt(unit).toString(16).padStart(4, '0')}`
  }).join('')
}
