/** The properties of a JSON object that nobody has checked; none for any other value. */
export type Fields = Readonly<Record<string, unknown>>

/** Servers do not always send what their documentation promises: whatever they send is read through these. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

/** The items of a JSON array; none for any other value. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A string; `''` for any other value. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
