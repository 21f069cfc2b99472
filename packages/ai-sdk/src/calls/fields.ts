/** The properties of a value that nobody has checked; none of what is no object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

/** A string; `''` for any other value. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
