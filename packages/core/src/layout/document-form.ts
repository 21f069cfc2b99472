import { ended, isCode, isLogLine, keyed } from './line-forms.ts'
import type { Line } from './lines.ts'
import { quotedRows } from './quoted-rows.ts'
import { regions } from './regions.ts'

/** What a text is as a whole: prose with whatever is in it, records, one on each line, or a table of separated values. */
export type DocumentForm = 'prose' | 'records' | 'table' | 'code'

const sampleLines = 400
/** A setting, whose value may be a sentence, or a comment. */
const besideProse = /^(?:[#;]|[\w.-]{1,60}\s*=\s)/

/** Tells prose from tables, logs, records and code, whose lines are no sentences. */
export function documentForm(lines: readonly Line[]): DocumentForm {
  const some: Line[] = []
  for (const line of lines) {
    if (line.text !== '' && some.push(line) === sampleLines) break
  }
  if (some[0]?.text.startsWith('#!')) return 'code'
  if (some.find(({ text }) => !text.startsWith('%'))?.text.startsWith('\\documentclass')) return 'prose'
  if (isChange(some) || isProgram(some, lines)) return 'code'
  // Calendars and addresses.
  if (/^BEGIN:V[A-Z]{3,8}$/.test(some[0]?.text ?? '')) return 'records'
  if (some.some(({ text }) => /^\\(?:documentclass|begin|section|chapter)\b/.test(text))) return 'prose'
  if (some.length < 2) return isJson(some[0]) ? 'records' : 'prose'
  const share = (test: (line: Line) => boolean): number => some.filter((line) => test(line)).length / some.length
  if (share((line) => isLogLine(line)) > 0.6 || share((line) => isJson(line)) > 0.6 || isJsonText(some))
    return 'records'
  if (share(isMessage) > 0.6) return 'records'
  if (isSeparated(quotedRows(some))) return 'table'
  const outer = besideScalars(some)
  const outerShare = (test: (line: Line) => boolean): number => outer.filter((line) => test(line)).length / outer.length
  const isSetting = ({ text }: Line): boolean => keyed.test(text) || /^(?:[#;]|- \S|\[{1,2}[^\]]*\]{1,2}$)/.test(text)
  const settings = outerShare(isSetting)
  const keyedShare = outerShare(
    ({ text }) => keyed.test(text) || keyed.test(text.replace(/^(?:- |[#;](?=\w+\s?=))/, '')),
  )
  const isEnded = ({ text }: Line): boolean => ended.test(text) && /\s\S+\s/.test(text) && !besideProse.test(text)
  const endedShare = share(isEnded)
  if (settings > 0.8 && keyedShare > 0.4 && outerShare(isEnded) < 0.3) return 'records'
  return share((line) => isCode(line)) > 0.4 && endedShare < 0.2 ? 'code' : 'prose'
}

/** All lines but those that a setting of YAML holds as text: `about: >` stands above them, less indented. */
function besideScalars(lines: readonly Line[]): readonly Line[] {
  let indent: number | undefined
  return lines.filter((line) => {
    if (indent !== undefined && line.indent > indent) return false
    indent = /^(?:- )?[\w.-]{1,60}:\s{1,9}[>|][+-]?$/.test(line.text) ? line.indent : undefined
    return true
  })
}

const declarations: readonly RegExp[] = [
  /^import (?:static )?[\w.*]{1,80}(?: as \w{1,40})?(?:, ?[\w.]{1,80}(?: as \w{1,40})?){0,20};?$/,
  /^import (?:[\w.*{}, $]{1,200} from )?['"][^'"]{1,80}['"];?$/,
  /^from [\w.]{1,80} import (?:\(|\(?[\w.*]{1,80}(?: as \w{1,40})?(?:, ?[\w.]{1,80}(?: as \w{1,40})?){0,20},?\)?)$/,
  /^(?:(?:async )?def \w{1,60}\([^()]{0,200}\).{0,40}:|class \w{1,60}(?:\([^()]{0,80}\))?:)$/,
  /^(?:#include [<"].{1,80}[>"]|package [\w.]{1,80};?|using [\w.]{1,80};)$/,
]

/** Whether a text is a program, which says what it needs and defines; not one that shows some among its sentences. */
function isProgram(some: readonly Line[], lines: readonly Line[]): boolean {
  const enough = some.length * 0.04
  const isEnough = (found: readonly Line[]): boolean => found.length > 1 && found.length > enough
  if (!isEnough(some.filter((line) => isDeclaration(line)))) return false
  const marked = regions(lines)
  const outer = statements(lines.filter((_, index) => !marked[index])).slice(0, sampleLines)
  return isEnough(outer.filter(isDeclaration)) && sizeOf(outer.filter(isWords)) < sizeOf(outer) * 0.2
}

function isDeclaration({ text, indent }: Line): boolean {
  return indent === 0 && declarations.some((form) => form.test(text))
}

/** The lines at the margin that are neither comments nor within strings of several lines, where programs have prose too. */
function statements(lines: readonly Line[]): Line[] {
  let open = ''
  return lines.filter(({ text, indent }) => {
    const wasOpen = open !== ''
    for (const [mark] of text.matchAll(/"""|'''|^\/\*|\*\//g)) {
      if (open === '' && mark !== '*/') open = mark === '/*' ? '*/' : mark
      else if (open === mark) open = ''
    }
    return indent === 0 && text !== '' && !wasOpen && open === '' && !/^(?:#(?!include)|\/[/*]|"""|''')/.test(text)
  })
}

/** Whether a line ends a sentence, or is within one that goes on: many words, and nothing but words. */
function isWords(line: Line): boolean {
  if (isDeclaration(line)) return false
  if (ended.test(line.text)) return /\s\S+\s/.test(line.text)
  const words = line.text.split(/\s+/)
  return words.length > 4 && words.every((word) => /^[("“'‘]?[\p{L}\p{M}\p{N}'’-]+[,.:;!?)"”]*$/u.test(word))
}

/** A paragraph may be one long line: characters are counted. */
function sizeOf(lines: readonly Line[]): number {
  return lines.reduce((size, { text }) => size + text.length, 0)
}

/** Whether a text is a patch. */
function isChange(lines: readonly Line[]): boolean {
  if (!/^(?:diff --git |index [0-9a-f]{3,40}\.\.|--- |\+\+\+ |@@ -\d)/.test(lines[0]?.text ?? '')) return false
  return ['--- ', '+++ ', '@@ -'].every((start) =>
    lines.some(({ text, indent }) => indent === 0 && text.startsWith(start)),
  )
}

/** A line of a catalog of translations (gettext). */
function isMessage({ text }: Line): boolean {
  return /^(?:msg(?:id|str|ctxt)|"|#[:,.|~])/.test(text)
}

/** A record in JSON on a line of its own. */
function isJson(line: Line | undefined): boolean {
  return line !== undefined && /^[{[].*[}\]],?$/.test(line.text) && /["\d]/.test(line.text)
}

function isJsonText(lines: readonly Line[]): boolean {
  const first = lines[0]?.text ?? ''
  return /^[{[](?:$|\s*["{[])/.test(first) && lines.length > 2 && /^["{}[\]\d]/.test(lines[1]?.text ?? '')
}

/** Whether nearly all lines have the same number of separators, and few look like punctuation of prose. */
function isSeparated(lines: readonly Line[]): boolean {
  for (const [separator, fewest] of [
    ['\t', 1],
    [';', 1],
    [',', 1],
    ['|', 1],
  ] as const) {
    const counts = lines.map(({ text }) => cellsOf(text, separator) - 1)
    const usual = median(counts)
    if (usual < fewest) continue
    // A table of Markdown is in prose, under a heading at least.
    if (separator === '|' && lines.some(({ text }) => text.startsWith('|'))) continue
    const same = counts.filter((count) => count === usual).length
    const isLoose = (text: string): boolean => separator === ',' && /,\s/.test(text.replaceAll(/"[^"]*"/g, ''))
    const loose = lines.filter(({ text }) => isLoose(text)).length
    const isProse = lines.filter(({ text }) => ended.test(text) && !text.includes('"')).length > lines.length * 0.5
    if (same >= lines.length * 0.8 && loose < lines.length * 0.3 && !isProse) return true
  }
  return false
}

/** The cells of a row; a separator within quotation marks is part of a cell. */
function cellsOf(text: string, separator: string): number {
  let cells = 1
  let isQuoted = false
  for (const char of text) {
    if (char === '"') isQuoted = !isQuoted
    else if (char === separator && !isQuoted) cells += 1
  }
  return cells
}

function median(counts: readonly number[]): number {
  return counts.toSorted((a, b) => a - b)[counts.length >> 1] ?? 0
}
