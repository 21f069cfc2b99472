import { TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

/** Fonts, sizes, movements and numbers; comments; what stands for a letter. */
const escape =
  /\\(?:(?:[fmnF](?:\[[^\]\r\n]{0,40}\]|\([^\r\n]{2}|[^[(\r\n])|s(?:[1-3]\d|[-+]?\d|\[[^\]\r\n]{0,9}\]|\(\d\d)|[bDhHlLoSvwxX]'[^'\r\n]{0,200}'|"[^\r\n]*)|\*?\(([^\r\n]{2})|\*?\[([^\]\s]{1,20})\]|([^\r\n]))/g

/** What stands for a letter: of two letters, of a longer name, or alone. Others stand for themselves. */
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
  t: ' ',
  Lt: '<',
  Gt: '>',
  Le: '≤',
  Ge: '≥',
  Am: '&',
  Ba: '|',
  Fo: '«',
  Fc: '»',
  fo: '‹',
  fc: '›',
  Bq: '„',
  bq: '‚',
  ga: '`',
  at: '@',
  sh: '#',
  sl: '/',
  ul: '_',
  ba: '|',
  bv: '|',
  or: '|',
  Do: '$',
  Eu: '€',
  Po: '£',
  Ye: '¥',
  ct: '¢',
  de: '°',
  sc: '§',
  tm: '™',
  dg: '†',
  dd: '‡',
  mu: '×',
  di: '÷',
  pl: '+',
  eq: '=',
  lB: '[',
  rB: ']',
  lC: '{',
  rC: '}',
  la: '⟨',
  ra: '⟩',
  '+-': '±',
  '<=': '≤',
  '>=': '≥',
  '!=': '≠',
  '->': '→',
  '<-': '←',
  '12': '½',
  '14': '¼',
  '34': '¾',
  ss: 'ß',
  ae: 'æ',
  AE: 'Æ',
  OE: 'Œ',
  '/o': 'ø',
  '/O': 'Ø',
  // Strings that pod2man defines.
  'L"': '“',
  'R"': '”',
  '--': '—',
  'C+': 'C++',
  'C`': '',
  "C'": '',
}
/** Places where a line may break, narrow spaces, and ends of a line that goes on. */
const silent = '&%:/,)|^cpdur{}!'
const accents: Readonly<Record<string, string>> = {
  "'": '\u0301',
  '`': '\u0300',
  '^': '\u0302',
  ':': '\u0308',
  '~': '\u0303',
  ',': '\u0327',
  o: '\u030A',
  v: '\u030C',
}

/** Whether a text is the source of a manual page: it begins with a command or a comment, and has a title soon. */
export function isRoff(text: string): boolean {
  const lines = text.slice(0, 8_000).split(/[\r\n]/)
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
    const shown = isGuard ? whole : (shownAs(pair ?? name, single) ?? whole)
    out.take(source.slice(from, index), from, index - from)
    out.take(shown, index, whole.length)
    from = index + whole.length
  }
  out.take(source.slice(from), from, source.length - from)
  return out.placed
}

/** What an escape shows; `undefined` for a name that is not known. */
function shownAs(name: string | undefined, single: string | undefined): string | undefined {
  if (single !== undefined) return letters[single] ?? (silent.includes(single) ? '' : single)
  return name === undefined ? '' : (letters[name] ?? letterOf(name))
}

/** `\[u00E9]`, or a letter with an accent: `\('e`. */
function letterOf(name: string): string | undefined {
  if (/^u[0-9A-F]{4,5}$/.test(name)) return String.fromCodePoint(Number.parseInt(name.slice(1), 16))
  const accented = `${name[1] ?? ''}${accents[name[0] ?? ''] ?? ''}`.normalize('NFC')
  return name.length === 2 && /^\p{L}$/u.test(accented) && accented !== name[1] ? accented : undefined
}
