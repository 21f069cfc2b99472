import { TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

/** Fonts and sizes, what stands for a letter, and comments. */
const escape =
  /\\(?:[fm](?:\[[^\]\n]*\]|\([^\n]{2}|[^[(\n])|s[-+]?\d|\*?\(([^\n]{2})|\*?\[([\w.:-]{1,20})\]|"[^\n]*|([^\n]))/g

const letters: Readonly<Record<string, string>> = {
  '-': '-',
  e: '\\',
  '\\': '\\',
  ' ': ' ',
  '~': ' ',
  '0': ' ',
  "'": '´',
  '`': '`',
  '.': '.',
  aq: "'",
  Aq: "'",
  dq: '"',
  lq: '“',
  rq: '”',
  oq: '‘',
  cq: '’',
  em: '—',
  en: '–',
  bu: '•',
  co: '©',
  rg: '®',
  ti: '~',
  ha: '^',
  rs: '\\',
  hy: '-',
  mi: '−',
}

/** Whether a text is the source of a manual page: it begins with a command or a comment, and has a title soon. */
export function isRoff(text: string): boolean {
  const lines = text.slice(0, 8_000).split('\n')
  return (
    /^[.'\\]/.test(lines.find((line) => line.trim() !== '') ?? '') && lines.some((line) => /^\.(?:TH|Dd)\s/.test(line))
  )
}

/** Shows what the escapes of roff stand for, in a manual page: `\fB\-v\fR` is `-v`. */
export function roffText(source: string): PlacedText {
  const out = new TextBuilder()
  let from = 0
  for (const { 0: whole, 1: pair, 2: name, 3: single, index } of source.matchAll(escape)) {
    // It keeps a line from being a command.
    const isGuard = single === '&' && /^\n?\\&[.']/.test(source.slice(Math.max(0, index - 1), index + 3))
    const shown = isGuard ? whole : (letters[pair ?? name ?? single ?? ''] ?? '')
    out.take(source.slice(from, index), from, index - from)
    out.take(shown, index, whole.length)
    from = index + whole.length
  }
  out.take(source.slice(from), from, source.length - from)
  return out.placed
}
