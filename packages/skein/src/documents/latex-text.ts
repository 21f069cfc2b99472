import { TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

const verbatim = /^\s*\\(begin|end)\{(?:verbatim|Verbatim|lstlisting|minted)\*?\}/

/** What `%` means nothing in: an address, a verbatim word (up to its mark), and what follows a backslash. */
const literal = /\\(?:(?:url|href|path|nolinkurl)\{[^{}]*|(?:verb\*?|lstinline(?:\[[^\]]{0,200}\])?)([^\s\w*])|[^])|%/g

/** Whether a text is LaTeX, where a percent sign begins a comment. @param ending - Of the file's name, in small letters. */
export function isLatex(text: string, ending: string): boolean {
  if (['.tex', '.ltx', '.latex'].includes(ending)) return true
  const lines = text.slice(0, 20_000).split(/[\r\n]/)
  return /^\s*\\documentclass\b/.test(lines.find((line) => !/^\s*(?:%|$)/.test(line)) ?? '')
}

/** Leaves out the comments of LaTeX: from `%` to the end of the line, but not from `\%`. */
export function latexText(source: string): PlacedText {
  const out = new TextBuilder()
  let isVerbatim = false
  for (const { 0: line, index } of source.matchAll(/[^\r\n]*(?:\r\n|[\r\n]|$)/g)) {
    const frame = verbatim.exec(line)?.[1]
    if (frame) isVerbatim = frame === 'begin'
    const at = isVerbatim ? -1 : commentStart(line)
    if (at === -1) out.take(line, index, line.length)
    else if (line.slice(0, at).trim() !== '') {
      out.take(line.slice(0, at), index, at)
      out.add('\n')
    }
  }
  return out.isEmpty ? { text: source } : out.placed
}

/** Where a comment begins in a line; -1 if none does. */
function commentStart(line: string): number {
  if (!line.includes('%')) return -1
  literal.lastIndex = 0
  for (let found = literal.exec(line); found; found = literal.exec(line)) {
    const [whole, mark] = found
    if (whole === '%') return found.index
    if (mark === undefined) continue
    const end = line.indexOf(mark === '{' ? '}' : mark, literal.lastIndex)
    if (end === -1) return -1
    literal.lastIndex = end + 1
  }
  return -1
}
