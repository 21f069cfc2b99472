/** Whole sequences: CSI, which end with a letter, and OSC, DCS and their like, which end with BEL or ST. */
const sequences =
  // oxlint-disable-next-line no-control-regex -- these are replaced
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])\P{Cc}*(?:\u0007|\u001B\\|\u009C)/gu
/** Characters that could move a cursor, change colors, break lines, or reverse the order of letters. */
const harmful = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu
/** Characters that nobody sees, but for the two joiners and the selectors of emoji. */
const invisible = /(?!\u200C|\u200D|\uFE0E|\uFE0F)[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu
/** Joiners shape letters of other scripts, and emoji. Behind these they only make two names look alike. */
const strayJoiners = /(^|[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Nd}\p{P}\p{Z}\uFFFD])[\u200C\u200D]+/gu

/**
 * Makes any string one line that is harmless to a terminal: U+FFFD stands for each
 * escape sequence and control character, and what nobody sees is left out.
 */
export function plainText(text: string): string {
  return text
    .replaceAll(sequences, '\u{FFFD}')
    .replaceAll(harmful, '\u{FFFD}')
    .replaceAll(invisible, '')
    .replaceAll(strayJoiners, '$1')
}
