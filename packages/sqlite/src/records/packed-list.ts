/** Packs a list of strings as JSON. Most lists are empty: for those nothing is written or parsed. */
export function packList(list: readonly string[]): string {
  return list.length === 0 ? '[]' : JSON.stringify(list)
}

/** @throws SyntaxError when the text is damaged. */
export function unpackList(text: string): readonly string[] {
  return text === '[]' ? [] : (JSON.parse(text) as readonly string[])
}
