/** A line of a file of JSON lines. */
export interface JsonLine {
  readonly place: string
  /** `undefined` when the line is no JSON. */
  readonly value: unknown
}

/** The lines of a file with one value a line, but for blank ones. */
export function jsonLines(text: string): readonly JsonLine[] {
  return text
    .split('\n')
    .map((line, index) => ({ place: `line ${index + 1}`, line }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ place, line }) => ({ place, value: parseJson(line) }))
}

/** A value of JSON; `undefined` when the text is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
