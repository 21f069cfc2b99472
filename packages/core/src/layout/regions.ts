import { isRule, keyed } from './line-forms.ts'
import { widthOf } from './lines.ts'
import type { Line } from './lines.ts'

const fence = /^(?:`{3,}|~{3,})/
const listing = /^(?:-{4,}|\.{4,}|\+{4,}|={4,}|\/{4,})$/
const environment =
  /^\\begin\{(verbatim|lstlisting|minted|comment|equation|align|tabular|table|figure|tikzpicture|thebibliography)\*?\}/
const raw = /^<(script|style|pre|svg|table|syntaxhighlight|source(?= lang))\b/i
/** How Liquid begins code. */
const template = /^\{%-? ?(highlight|code|codeblock|raw)\b/
/** Longer ones are lines under titles, most likely. */
const maxFence = 4
/** Front matter is short; a rule that only looks like its beginning closes far below, or never. */
const maxFrontMatter = 100

/**
 * Marks the lines that are no prose whatever is in them: front matter, code in fences or
 * environments, scripts, comments.
 */
export function regions(lines: readonly Line[]): boolean[] {
  const marked = lines.map(() => false)
  let index = frontMatterEnd(lines)
  marked.fill(true, 0, index)
  for (const at of [...framing(lines), ...preamble(lines)]) marked[at] = true
  for (; index < lines.length; index += 1) {
    const end = regionEnd(lines, index)
    if (end === undefined) continue
    marked.fill(true, index, end + 1)
    index = end
  }
  return marked
}

/** The lines that Project Gutenberg puts before and behind each book, without what they say about the book. */
function framing(lines: readonly Line[]): readonly number[] {
  const isMark = (text: string, word: string): boolean =>
    text.startsWith(`*** ${word} OF TH`) && text.includes('PROJECT GUTENBERG EBOOK')
  const found: number[] = []
  /** Lines since the first mention of the project, or since the end of a book. */
  let waiting: number[] | undefined
  let isBehind = false
  for (const [index, { text }] of lines.entries()) {
    if (!isBehind && isMark(text, 'END')) {
      waiting = []
      isBehind = true
    } else if (found.length === 0 && text.includes('Project Gutenberg')) waiting ??= []
    if (isMark(text, 'START')) {
      for (const at of [...(waiting ?? []), index]) found.push(at)
      waiting = undefined
      isBehind = false
    } else if (isBehind || !keyed.test(text)) waiting?.push(index)
  }
  return isBehind ? [...found, ...(waiting ?? [])] : found
}

/** What LaTeX has above its document, but for the title. */
function preamble(lines: readonly Line[]): readonly number[] {
  const start = lines.findIndex(({ text }) => text !== '' && !/^[%{}\]]|^\\(?!documentclass)/.test(text))
  // Other texts show such a document among their own lines.
  if (!lines[start]?.text.startsWith('\\documentclass')) return []
  const end = lines.findIndex(({ text }) => text.startsWith('\\begin{document}'))
  return lines.slice(0, Math.max(0, end)).flatMap(({ text }, index) => (text.startsWith('\\title') ? [] : [index]))
}

/** How many lines front matter takes. */
function frontMatterEnd(lines: readonly Line[]): number {
  const mark = lines[0]?.text.replace(/^\uFEFF/, '') ?? ''
  if (mark !== '---' && mark !== '+++' && mark !== ';;;') return 0
  for (let index = 1; index < Math.min(lines.length, maxFrontMatter); index += 1) {
    const text = lines[index]?.text ?? ''
    if (text === mark || (mark === '---' && text === '...')) return index > 1 ? index + 1 : 0
    if (text === '' && index === 1) return 0
  }
  return 0
}

/** The last line of the region that begins at a line; `undefined` if none does, or if it never ends. */
function regionEnd(lines: readonly Line[], start: number): number | undefined {
  const { text, indent } = lines[start] as Line
  const mark = fence.exec(text)?.[0]
  // A fence that nobody closes reaches to the end.
  if (mark && !isTitleLine(lines, start))
    return find(lines, start, (line) => line.text.startsWith(mark) && /^[`~]+$/.test(line.text)) ?? lines.length - 1
  const kind = environment.exec(text)?.[1]
  if (kind) return find(lines, start, (line) => line.text.startsWith(`\\end{${kind}`))
  const tag = raw.exec(text)?.[1]?.toLowerCase()
  if (tag)
    return (
      endsHere(text, `</${tag}`, start) ?? find(lines, start, (line) => line.text.toLowerCase().includes(`</${tag}`))
    )
  const block = template.exec(text)?.[1]
  if (block) return find(lines, start, (line) => /^\{%-? ?end/.test(line.text) && line.text.includes(`end${block}`))
  if (text.startsWith('<!--'))
    return endsHere(text, '-->', start) ?? find(lines, start, (line) => line.text.includes('-->'))
  if (/^\.(?:nf|EX|TS)\b/.test(text)) return find(lines, start, (line) => /^\.(?:fi|EE|TE)\b/.test(line.text))
  // A comment of AsciiDoc.
  if (text === '////' && (lines[start - 1]?.text ?? '') === '') return find(lines, start, (line) => line.text === text)
  if (listing.test(text) && isListing(lines, start)) return find(lines, start, (line) => line.text === text)
  if (/^\.\. (?:code|code-block|sourcecode|highlight|math|image|figure|toctree|raw|literalinclude)::/.test(text))
    return blockEnd(lines, start, indent)
  if (/^#\+begin_(?:src|example|export|comment)\b/i.test(text))
    return find(lines, start, (line) => /^#\+end_/i.test(line.text))
  // A footnote of Markdown.
  if (/^\[\^[\w-]{1,60}\]:\s/.test(text)) return blockEnd(lines, start, indent)
  // Code of Textile.
  if (/^(?:bc|pre)(?:\([^()]*\))?\.\s/.test(text)) return find(lines, start, (line) => line.text === '')
  // Where the nodes of Info are.
  if (text === 'Tag Table:') return find(lines, start, (line) => line.text === 'End Tag Table')
  if (text === ':PROPERTIES:') return find(lines, start, (line) => line.text === ':END:', 60)
  if (text === '' && isLiteral(lines, start)) return blockEnd(lines, start, (lines[start - 1] as Line).indent)
  return undefined
}

/** Whether what looks like a fence is a line under a title, or above and under it, as in reStructuredText and AsciiDoc. */
function isTitleLine(lines: readonly Line[], index: number): boolean {
  const mark = lines[index] as Line
  if (!/^(?:`+|~+)$/.test(mark.text)) return false
  const textAt = (at: number): string => lines[at]?.text ?? ''
  const fits = (at: number): boolean => {
    const title = textAt(at)
    return title !== '' && !title.endsWith(':') && !isRule(lines[at] as Line) && widthOf(title) <= mark.text.length
  }
  if (fits(index + 1) && textAt(index + 2) === mark.text) return mark.text.length > maxFence
  const isBelow = fits(index - 1) && (textAt(index - 2) === '' || textAt(index - 2) === mark.text)
  // A fence rarely is as long as what stands above it, and code rarely begins with a blank line.
  const isShort = mark.text.length <= maxFence
  return isBelow && (!isShort || (widthOf(textAt(index - 1)) === mark.text.length && textAt(index + 1) === ''))
}

/** AsciiDoc announces a listing, or opens it after a blank line; elsewhere such a line is a rule or an underline. */
function isListing(lines: readonly Line[], start: number): boolean {
  const [before, mark] = [lines[start - 1]?.text ?? '', lines[start]?.text ?? '']
  if (/^\[(?:source|listing|literal)/.test(before)) return true
  if (/^[=+/]/.test(mark)) return false
  return (
    before === '' &&
    (lines[start + 1]?.text ?? '') !== '' &&
    find(lines, start, ({ text }) => text === mark, 60) !== undefined &&
    mark.length === 4
  )
}

/** Whether a block of reStructuredText that is shown as it is begins below a blank line: `::` announces it. */
function isLiteral(lines: readonly Line[], blank: number): boolean {
  const [before, after] = [lines[blank - 1], lines[blank + 1]]
  if (!before?.text.endsWith('::') || before.text.startsWith('.. ') || !after || after.text === '') return false
  return after.indent > before.indent
}

function endsHere(text: string, mark: string, index: number): number | undefined {
  return text.toLowerCase().includes(mark) ? index : undefined
}

function find(lines: readonly Line[], start: number, test: (line: Line) => boolean, most = 5_000): number | undefined {
  for (let index = start + 1; index < Math.min(lines.length, start + most); index += 1) {
    if (test(lines[index] as Line)) return index
  }
  return undefined
}

/** The last line of what is indented below a line. */
function blockEnd(lines: readonly Line[], start: number, indent: number): number {
  let end = start
  for (let index = start + 1; index < lines.length; index += 1) {
    const line = lines[index] as Line
    if (line.text !== '' && line.indent <= indent) break
    if (line.text !== '') end = index
  }
  return end
}
