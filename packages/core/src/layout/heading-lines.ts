import type { Dialect } from './dialect.ts'
import { ended, isCode, isRow, isRule, isUnderline, keyed, listMark } from './line-forms.ts'
import { widthOf } from './lines.ts'
import type { Line } from './lines.ts'

/** A heading of a text, whatever format it is in. */
export interface HeadingLine {
  /** As written, without number, marks and commands. */
  readonly title: string
  /** 1 for the highest that the format has. */
  readonly level: number
  /** The index of its last line: underlines are part of it. */
  readonly last: number
  /** What shows that it is one. Signs differ in how far they can be trusted. */
  readonly sign: 'mark' | 'underline' | 'number' | 'capitals' | 'alone'
}

/** How many lines a heading of LaTeX takes at most. */
const maxBroken = 4
/** Longer lines are no headings. In UTF-16 units. */
const maxChars = 120

/** `Article 10`, `Chapter IV`, `Kapitel 3`, `第三章`, `§ 5`. */
const division =
  /^(?:(?:Article|Chapter|Section|Part|Book|Appendix|Annex|Title|Act|Scene|Artikel|Kapitel|Abschnitt|Teil|Anhang|Chapitre|Livre|Partie|Annexe|Artículo|Capítulo|Sección|Título|Anexo|Articolo|Capitolo|Titolo|Artigo|Capitolo|Hoofdstuk|Bijlage|Artykuł|Rozdział|Статья|Глава|Раздел|Часть|Приложение|Άρθρο|Κεφάλαιο|المادة|الفصل|الباب|अध्याय|अनुच्छेद|भाग)\s+(?:\d+|[IVXLC]+|[A-Z]|\p{L}{1,12})\b|§+\s*\d+|第\s*[0-9０-９一二三四五六七八九十百]+\s*[章节節条條編编部回])/iu
const capsDivision = /^\p{Lu}|^§|^第|^\p{Lo}/u
const numbered = /^(\d{1,2}(?:\.\d{1,3}){0,4})[.)]?\s+(?=\p{Lu}|\p{Lo})/u

/** What tells the headings of a text, beside each line and its neighbors. */
export interface HeadingSigns {
  readonly dialect: Dialect
  /** Numbered headings without blank lines around them, by the indexes of their lines. */
  readonly tight: ReadonlyMap<number, HeadingLine>
}

/** The heading that begins at a line, if one does. */
export function headingAt(
  lines: readonly Line[],
  index: number,
  { dialect, tight }: HeadingSigns,
): HeadingLine | undefined {
  const { text, indent } = lines[index] as Line
  if (text === '' || text.length > maxChars) return overlined(lines, index, dialect)
  if (dialect === 'org' && indent === 0) {
    const heading = starred(text, index)
    if (heading) return heading
  }
  return (
    marked(text, index, dialect) ??
    broken(lines, index) ??
    underlined(lines, index, dialect) ??
    overlined(lines, index, dialect) ??
    divided(lines, index, dialect) ??
    tight.get(index) ??
    alone(lines, index)
  )
}

/** By a mark of its own: Markdown, AsciiDoc, LaTeX, roff, wikis, HTML. */
function marked(text: string, index: number, dialect: Dialect): HeadingLine | undefined {
  const make = (title: string, level: number): HeadingLine => ({
    title: title.trim(),
    level,
    last: index,
    sign: 'mark',
  })
  const textile = dialect === 'textile' ? /^h([1-6])(?:\([^()]*\))?\.\s+(\S.*)$/.exec(text) : null
  if (textile) return make(textile[2] ?? '', Number(textile[1]))
  const hashes = /^(#{1,6})\s+(\S.*?)(?:\s#+)?$/.exec(text) ?? /^(#{1,6})$/.exec(text)
  // Elsewhere it begins a comment, or an item of a list.
  if (hashes && dialect !== 'org' && dialect !== 'wiki' && dialect !== 'textile')
    return make(hashes[2] ?? '', hashes[1]?.length ?? 1)
  const sides = /^={2,6}(?!=)/.exec(text)?.[0] ?? ''
  if (sides !== '' && text.length > 2 * sides.length && text.endsWith(sides) && /[^=\s]/.test(text)) {
    return make(text.slice(sides.length, -sides.length), sides.length - 1)
  }
  const equals = /^(={1,6})\s+(\S[^=]*)$/.exec(text)
  if (equals) return make(equals[2] ?? '', equals[1]?.length ?? 1)
  const latex = /^\\(part|chapter|section|subsection|subsubsection|paragraph|title)\*?(?:\[[^\]]*\])?\{([^{}]*)\}/.exec(
    text,
  )
  if (latex) return make(latex[2] ?? '', latexLevels[latex[1] ?? ''] ?? 1)
  const roff = /^\.(?:SH|SS|Sh|Ss)\s/.exec(text)?.[0]
  if (roff) return make(text.slice(roff.length).replaceAll('"', ''), /^\.S[Hh]/.test(roff) ? 1 : 2)
  const [opening, level = ''] = /^<h([1-6])\b[^<>]*>/i.exec(text) ?? ['']
  const closing = `</h${level}>`
  if (opening === '' || text.slice(-closing.length).toLowerCase() !== closing) return undefined
  return make(text.slice(opening.length, -closing.length).replaceAll(/<[^<>]*>/g, ''), Number(level))
}

/** LaTeX's headings that are broken over lines. */
function broken(lines: readonly Line[], index: number): HeadingLine | undefined {
  if (
    !/^\\(?:part|chapter|(?:sub){0,2}section|paragraph|title)\*?(?:\[[^\]]*\])?\{[^{}]*$/.test(lines[index]?.text ?? '')
  )
    return undefined
  const texts = lines.slice(index, index + maxBroken).map(({ text }) => text)
  const end = texts.findIndex((text) => text.includes('}'))
  return end === -1 ? undefined : marked(texts.slice(0, end + 1).join(' '), index + end, undefined)
}

/** Org's headings, without a keyword of work to do, a priority, and tags. */
function starred(text: string, index: number): HeadingLine | undefined {
  const stars = /^\*{1,8}(?=\s)/.exec(text)?.[0].length
  if (stars === undefined) return undefined
  const title = text
    .slice(stars)
    .replace(/^\s+(?:[A-Z]{4,12}\s+)?(?:\[#[A-Z]\]\s+)?/, '')
    .replace(/\s:[\w@#%:]+:$/, '')
  return { title: title.trim(), level: stars, last: index, sign: 'mark' }
}

const latexLevels: Readonly<Record<string, number>> = {
  title: 0,
  part: 1,
  chapter: 2,
  section: 3,
  subsection: 4,
  subsubsection: 5,
  paragraph: 6,
}

/** Setext headings of Markdown, and those of reStructuredText. */
function underlined(lines: readonly Line[], index: number, dialect: Dialect): HeadingLine | undefined {
  const line = lines[index] as Line
  const [before, under] = [lines[index - 1], lines[index + 1]]
  if (!under || !isUnderline(under, line) || isRule(line) || isRow(line)) return undefined
  // A number may be that of a chapter, if the line below is as long as the whole.
  if (listMark.test(line.text) && !(/^\d/.test(line.text) && under.text.length >= widthOf(line.text))) return undefined
  if (before && before.text !== '' && (!isRule(before) || dialect === 'asciidoc')) return undefined
  if (line.indent > 3 || isCode(line) || keyed.test(line.text) || /^[[.:<|]/.test(line.text)) return undefined
  return {
    title: line.text,
    level: underlineLevels.indexOf(under.text[0] ?? '') + 1,
    last: index + 1,
    sign: 'underline',
  }
}

const underlineLevels = '=-~^"\'*+#`:.'

/** reStructuredText's titles between two lines. */
function overlined(lines: readonly Line[], index: number, dialect: Dialect): HeadingLine | undefined {
  // AsciiDoc has blocks between such lines.
  if (dialect === 'asciidoc') return undefined
  const [over, line, under] = [lines[index], lines[index + 1], lines[index + 2]]
  if (!over || !line || !under || line.text === '' || over.text !== under.text || over.text.length < 3) return undefined
  if (!/^([=\-~^"*#])\1*$/.test(over.text) || over.text.length < line.text.length || line.text.length > maxChars)
    return undefined
  return { title: line.text, level: 0, last: index + 2, sign: 'underline' }
}

/** By a number or a word such as `Article`, on a line of its own. */
function divided(lines: readonly Line[], index: number, dialect: Dialect): HeadingLine | undefined {
  const { text, indent } = lines[index] as Line
  const isDivision = division.test(text) && capsDivision.test(text)
  const number = numbered.exec(text)
  if ((!isDivision && !number) || !isAlone(lines, index) || (lines[index + 1]?.text ?? '') !== '') return undefined
  if (isDivision)
    return ended.test(text) && text.length > 40 ? undefined : { title: text, level: 1, last: index, sign: 'number' }
  const [prefix = '', digits = ''] = number ?? []
  const title = text.slice(prefix.length)
  // In Markdown, it is an item of a list.
  if (dialect === 'markdown' && ended.test(title)) return undefined
  // A version, an amount or an item of a list looks alike: "3. Wash your hands."
  const most = ended.test(title) ? 60 : 80
  if (indent > 3 || /[,;:!?]$/.test(title) || title.length > most || isItem(lines, index)) return undefined
  return { title: title.replace(/\.$/, ''), level: digits.split('.').length, last: index, sign: 'number' }
}

/** Whether a numbered line stands among others, so that it is an item of a list. */
function isItem(lines: readonly Line[], index: number): boolean {
  // A table of contents is no list.
  const isSkipped = (line: Line | undefined): boolean => line !== undefined && (line.text === '' || isRow(line))
  const near = (step: number): Line | undefined => {
    let at = index + step
    while (isSkipped(lines[at])) at += step
    return lines[at]
  }
  const [before, after] = [near(-1), near(1)]
  const isPlain = (line: Line | undefined): boolean =>
    line !== undefined && /^\d{1,2}[.)]\s/.test(line.text) && !/^\d+\.\d/.test(line.text)
  return isPlain(lines[index]) && (isPlain(before) || isPlain(after))
}

/** In capitals, or a few words between blank lines. */
function alone(lines: readonly Line[], index: number): HeadingLine | undefined {
  const line = lines[index] as Line
  const { text, indent } = line
  if (!isAlone(lines, index) || listMark.test(text) || isRow(line) || isCode(line) || /[,;:]$/.test(text))
    return undefined
  if (/^[>|"'“„«「『(<[]/.test(text) || keyed.test(text) || indent > 8) return undefined
  if (isCapitals(text)) return { title: text, level: 1, last: index, sign: 'capitals' }
  if (ended.test(text) || text.length > 60) return undefined
  const words = text.split(/\s+/)
  const isTitle =
    /^[\p{Lu}\p{Lo}]|^\d+\s+\p{L}/u.test(text) &&
    words.length <= 10 &&
    /\p{L}{3}|\p{Lo}{2}/u.test(text) &&
    !/\d\.\d/.test(text)
  return isTitle ? { title: text, level: 1, last: index, sign: 'alone' } : undefined
}

/** Whether a line is in capitals and more than a name with a version: "HEALTH CARE", but not "PHP 5.3.3". */
function isCapitals(text: string): boolean {
  if (text !== text.toUpperCase() || /[.!?]$|\d\.\d/.test(text)) return false
  const words = text.match(/\p{Lu}{3,}/gu) ?? []
  return words.join('').length > 4
}

/** Whether a line is a block by itself, with text below. */
function isAlone(lines: readonly Line[], index: number): boolean {
  const [before, after] = [lines[index - 1], lines[index + 1]]
  if (before && before.text !== '' && !isRule(before)) return false
  if (!after || after.text === '') return lines.length > 1
  // A man page: the text below is indented.
  const { indent, text } = lines[index] as Line
  return after.indent > indent + 2 && indent < 4 && !ended.test(text) && text.length < 60
}
