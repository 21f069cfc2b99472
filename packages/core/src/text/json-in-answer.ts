/**
 * Parses the JSON in an answer of a model. Behind servers that don't enforce schemas, models
 * wrap it in Markdown, in tags or in words, and put a byte order mark before it.
 *
 * @throws SyntaxError when there is none.
 */
export function parseJsonIn(answer: string): unknown {
  const text = answer.replace(/^\uFEFF/, '')
  // Words may contain brackets, too: what was meant is the longest part that is JSON.
  const parts = bracketed(text)
    .toSorted((a, b) => b.length - a.length)
    .slice(0, mostTries)
  for (const part of [text, fenced(text), ...parts]) {
    const found = parsed(part)
    if (found) return found.value
  }
  throw new SyntaxError('The answer contains no JSON.')
}

/** Each try takes time that grows with the answer. */
const mostTries = 8

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

/** What stands between the first fence and the last, without the name of the language. */
function fenced(text: string): string {
  const start = text.indexOf('```')
  const body = text.indexOf('\n', start)
  const end = text.lastIndexOf('```')
  return start === -1 || body === -1 || end < body ? '' : text.slice(body, end)
}

/**
 * The parts of a text from an opening bracket to the one that closes it, outermost only. Brackets
 * within strings don't count, nor do those that nothing closes.
 */
function bracketed(text: string): string[] {
  const parts: { readonly start: number; readonly end: number }[] = []
  const open: number[] = []
  let isString = false
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] as string
    if (isString) {
      if (letter === '\\') at += 1
      // No string of JSON goes over a line break: it was a quotation mark among words.
      else if (letter === '"' || letter === '\n') isString = false
    } else if (letter === '"') isString = open.length > 0
    else if (letter in closing) open.push(at)
    else if (open.length > 0 && closing[text[open.at(-1) as number] as string] === letter) {
      const start = open.pop() as number
      while (parts.length > 0 && (parts.at(-1)?.start ?? 0) > start) parts.pop()
      parts.push({ start, end: at + 1 })
    }
  }
  return parts.map(({ start, end }) => text.slice(start, end))
}

const closing: Readonly<Record<string, string>> = { '{': '}', '[': ']' }
