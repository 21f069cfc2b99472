/** A pair of brackets or quotation marks, by the offsets of both. */
export interface QuotedSpan {
  readonly open: number
  readonly close: number
}

/** Longer ones are not what they seem: one of the marks is missing. In UTF-16 units. */
const maxChars = 400

const pairs: Readonly<Record<string, string>> = {
  '(': ')',
  '（': '）',
  '「': '」',
  '『': '』',
  '«': '»',
  '»': '«',
  '“': '”',
  '„': '“”',
  '《': '》',
  '【': '】',
  '[': ']',
  '"': '"',
}
const closers = new Set(Object.values(pairs).join(''))
const mark = /[()（）「」『』«»“”„《》【】[\]"]/g

/** The outermost pairs of brackets and quotation marks of a text, in order. Takes linear time. */
export function quotedSpans(text: string): QuotedSpan[] {
  const spans: QuotedSpan[] = []
  let open: { readonly at: number; readonly closer: string; depth: number; readonly char: string } | undefined
  for (const { 0: char, index } of text.matchAll(mark)) {
    if (open && index - open.at > maxChars) open = undefined
    if (open) {
      if (open.closer.includes(char) && (char !== '"' || !opensHere(text, index))) {
        open.depth -= 1
        if (open.depth > 0) continue
        spans.push({ open: open.at, close: index })
        open = undefined
      } else if (char === open.char) open.depth += 1
      continue
    }
    const closer = pairs[char]
    if (closer === undefined || (closers.has(char) && !opensHere(text, index))) continue
    open = { at: index, closer, depth: 1, char }
  }
  return spans
}

/** Whether a mark that may open or close opens: after a space and before a letter. */
function opensHere(text: string, index: number): boolean {
  return (index === 0 || /[\s([{—–-]/.test(text[index - 1] ?? '')) && !/\s/.test(text[index + 1] ?? ' ')
}
