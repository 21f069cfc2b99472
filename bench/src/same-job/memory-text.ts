/** Of a memory, in characters. */
const length = 200

/** A key and a text of 200 characters, which begins with who remembers it. */
export function memoryOf(owner: string, turn: number, at: number): readonly [key: string, text: string] {
  const key = `${owner}/${turn}/${at}`
  return [key, `${key}: Acme raised its prices by 5 % in spring, and told nobody before. `.repeat(4).slice(0, length)]
}
