/** A JSON string as its text, other JSON indented, anything else unchanged. */
export function prettyJson(json: string): string {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
  } catch {
    return json
  }
}
