/** A string of a text of JSON. */
export interface JsonString {
  /** The names and indexes that lead to it, such as `cells/3/source/0`. A slash of a name is `~1`. */
  readonly path: string
  /** What it says, and where that stands in the text, in UTF-16 units: an escaped character is a piece of its own. */
  readonly pieces: readonly { readonly text: string; readonly from: number; readonly length: number }[]
}

/** An object or a list that is open. */
interface Open {
  readonly isList: boolean
  /** Of the value that follows. */
  name: string
  index: number
  isNamed: boolean
}

/** The strings of valid JSON whose paths match, in their order. */
export function stringsOf(json: string, wanted: RegExp): JsonString[] {
  const found: JsonString[] = []
  const open: Open[] = []
  for (let at = 0; at < json.length; at += 1) {
    const top = open.at(-1)
    const char = json[at]
    if (char === '{' || char === '[') open.push({ isList: char === '[', name: '', index: 0, isNamed: false })
    else if (char === '}' || char === ']') open.pop()
    else if (char === ',' && top) {
      top.index += 1
      top.isNamed = false
    } else if (char === '"' && top) {
      const end = endOf(json, at)
      if (top.isList || top.isNamed) {
        const path = open.map(({ isList, name, index }) => (isList ? index : name)).join('/')
        if (wanted.test(path)) found.push({ path, pieces: piecesOf(json, at + 1, end) })
      } else {
        top.name = (JSON.parse(json.slice(at, end + 1)) as string).replaceAll('/', '~1')
        top.isNamed = true
      }
      at = end
    }
  }
  return found
}

/** Where the string ends that begins at a quotation mark: at the next one without a backslash of its own. */
function endOf(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let backslashes = 0
    while (json[end - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return end
  }
}

function piecesOf(json: string, start: number, end: number): JsonString['pieces'] {
  const pieces: { text: string; from: number; length: number }[] = []
  const take = (from: number, to: number): void => {
    if (to > from) pieces.push({ text: JSON.parse(`"${json.slice(from, to)}"`) as string, from, length: to - from })
  }
  let done = start
  for (let at = json.indexOf('\\', start); at !== -1 && at < end; at = json.indexOf('\\', done)) {
    const next = at + (json[at + 1] === 'u' ? 6 : 2)
    take(done, at)
    take(at, next)
    done = next
  }
  take(done, end)
  return pieces
}
