/** Marks that change the direction of what follows: text on a canvas can't be isolated like an element. */
const bidiMarks = /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g
// oxlint-disable-next-line no-control-regex -- agents may write any character
const controlCharacters = /[\u0000-\u001F\u007F-\u009F]+/g

/** Cuts a text of agents to one line of limited length, never within a character. */
export function cut(text: string, maxLength: number): string {
  const line = text.slice(0, maxLength * 2 + 2).replaceAll(controlCharacters, ' ')
  if (line.length <= maxLength && text.length <= maxLength * 2 + 2) return line
  const last = line.codePointAt(maxLength - 1) ?? 0
  return `${line.slice(0, last > 0xff_ff ? maxLength - 1 : maxLength)}…`
}

/** {@link cut} for text on a canvas: without direction marks. */
export function drawable(text: string, maxLength: number): string {
  return cut(text.slice(0, maxLength * 4).replaceAll(bidiMarks, ''), maxLength)
}
