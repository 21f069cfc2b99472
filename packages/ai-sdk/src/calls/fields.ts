/** The properties of a value that nobody has checked. */
export type Fields = Readonly<Record<string, unknown>>

/** The properties of a value; none of what is no object. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

/** A string; `''` for any other value. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What JSON text stands for; `undefined` for any other text. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
