/** Marks that turn the direction of what follows: a canvas has nothing to isolate them with. */
const turning = /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g
// oxlint-disable-next-line no-control-regex -- what agents write may hold anything
const unprintable = /[\u0000-\u001F\u007F-\u009F]+/g

/** The beginning of a text from outside, cut between characters, on one line. */
export function cut(text: string, most: number): string {
  const line = text.slice(0, most * 2 + 2).replaceAll(unprintable, ' ')
  if (line.length <= most && text.length <= most * 2 + 2) return line
  const end = line.codePointAt(most - 1) ?? 0
  return `${line.slice(0, end > 0xff_ff ? most - 1 : most)}…`
}

/** A text that is drawn on a canvas, where it can't be isolated. */
export function drawable(text: string, most: number): string {
  return cut(text.slice(0, most * 4).replaceAll(turning, ''), most)
}
