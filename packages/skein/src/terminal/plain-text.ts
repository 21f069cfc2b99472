/**
 * Characters with which a stored string could move a terminal's cursor, change
 * its colors, break lines, or reverse the order of letters.
 */
const harmful = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu
/** Characters that nobody sees, but for the two joiners, which shape the letters around them. */
const invisible = /(?![\u200C\u200D])\p{Cf}/gu

/** Makes any string one line that is harmless to a terminal. */
export function plain(text: string): string {
  return text.replaceAll(harmful, '\u{FFFD}').replaceAll(invisible, '')
}

/** The same, as one string per line. */
export function plainLines(text: string): string[] {
  return text.split(/\r\n|\n/).map((line) => plain(line.replaceAll('\t', '  ')))
}

/**
 * A value as one line of JSON that is harmless to a terminal. Escapes what
 * `JSON.stringify` leaves alone, such as DEL, C1 codes and bidirectional marks;
 * parsing gives the value back exactly.
 */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\u007F-\u009F\u2028\u2029]|\p{Cf}/gu, escaped)
}

function escaped(letter: string): string {
  // JSON escapes UTF-16 units.
  return Array.from({ length: letter.length }, (_, unit) => {
    return `\\u${letter.charCodeAt(unit).toString(16).padStart(4, '0')}`
  }).join('')
}
