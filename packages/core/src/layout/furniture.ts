import type { Dialect } from './dialect.ts'
import type { Line } from './lines.ts'

/** `-----Original Message-----`, `---------- Forwarded message ---------`. */
const between = /^-{3,}\s?\p{L}[\p{L} ]{3,38}\p{L}\s?-{3,}$/u
const sentFrom =
  /^(?:Sent from|Get Outlook for|Von meinem|Gesendet von|Envoyé de(?:puis)?|Enviado desde|Enviado do|Inviato da|Verzonden vanaf|Wysłane z|Отправлено (?:с|из))\s.{1,60}$/u
const gap = / {6,}/g
const maxSignature = 8

/**
 * Marks the lines that stand around a text: heads and feet of printed pages, and in mail who wrote what is quoted, where
 * another message begins, and signatures.
 */
export function furniture(lines: readonly Line[], dialect: Dialect): boolean[] {
  const marked = lines.map((line, index) => isRunningHead(lines, index) || between.test(line.text))
  if (dialect === 'asciidoc') marked.fill(true, ...bylines(lines))
  for (let index = 0; index < lines.length; index += 1) {
    const { text } = lines[index] as Line
    if (text === '--') marked.fill(true, index, signatureEnd(lines, index))
    if (sentFrom.test(text) && (lines[index - 1]?.text ?? '') === '') marked[index] = true
    if (text.startsWith('>')) marked.fill(true, attributionStart(lines, index), index)
  }
  return marked
}

/** Who wrote a document of AsciiDoc, and which version it is: the lines below its title. */
function bylines(lines: readonly Line[]): readonly [start: number, end: number] {
  const title = lines.findIndex(({ text }) => text.startsWith('= '))
  let end = title + 1
  while (title !== -1 && end < lines.length && lines[end]?.text !== '') end += 1
  return [title + 1, end]
}

/** Whether a line has parts at the left, in the middle and at the right of a page, and nothing beside it. */
function isRunningHead(lines: readonly Line[], index: number): boolean {
  const { text } = lines[index] as Line
  const isLone = (lines[index - 1]?.text ?? '') === '' && (lines[index + 1]?.text ?? '') === ''
  return isLone && !/[|\t]/.test(text) && ((text.match(gap)?.length ?? 0) > 1 || / {3,}\[Page \d{1,4}\]$/.test(text))
}

/** The first line that is not part of the signature which begins at a line. */
function signatureEnd(lines: readonly Line[], start: number): number {
  let end = start + 1
  while (end < lines.length && end <= start + maxSignature && lines[end]?.text !== '') end += 1
  return end
}

/** Where the line begins that says who wrote what is quoted below: `On 3 May 2026, Ann wrote:`; it may be broken. */
function attributionStart(lines: readonly Line[], quote: number): number {
  let last = quote - 1
  if (lines[last]?.text === '') last -= 1
  const text = lines[last]?.text ?? ''
  if (!text.endsWith(':') || text.startsWith('>')) return quote
  const first = lines[last - 1]?.text ?? ''
  const isBroken = first !== '' && !first.startsWith('>') && !/[.:!?]$/.test(first) && !isDated(text)
  return isDated(text) || (isBroken && isDated(first)) ? last - (isBroken ? 1 : 0) : quote
}

function isDated(text: string): boolean {
  return /\b\d{4}\b|\d:\d\d|\S@\S/.test(text)
}
