import { TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

const verbatim = /^\s*\\(begin|end)\{(?:verbatim|Verbatim|lstlisting|minted)\*?\}/

/** Whether a text is LaTeX, where a percent sign begins a comment. @param ending - Of the file's name, in small letters. */
export function isLatex(text: string, ending: string): boolean {
  return ['.tex', '.ltx', '.latex'].includes(ending) || /^\uFEFF?(?:\s|%[^\n]*\n)*\\documentclass\b/.test(text)
}

/** Leaves out the comments of LaTeX: from `%` to the end of the line, but not from `\%`. */
export function latexText(source: string): PlacedText {
  const out = new TextBuilder()
  let isVerbatim = false
  for (const { 0: line, index } of source.matchAll(/[^\n]*(?:\n|$)/g)) {
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
  for (let at = line.indexOf('%'); at !== -1; at = line.indexOf('%', at + 1)) {
    const before = line.slice(0, at)
    const slashes = /\\*$/.exec(before)?.[0].length ?? 0
    if (slashes % 2 === 0 && !isLiteral(before)) return at
  }
  return -1
}

/** Whether a line ends within an address or a verbatim word: `\url{a%20b}`, `\verb|50%|`. */
function isLiteral(before: string): boolean {
  if (/\\(?:url|href|path|nolinkurl)\{[^{}]*$/.test(before)) return true
  const verb = before.lastIndexOf('\\verb')
  const mark = before[verb + 5] ?? ''
  return verb !== -1 && /[^\s\w*]/.test(mark) && !before.slice(verb + 6).includes(mark)
}
