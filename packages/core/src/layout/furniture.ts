import { titleLine } from './dialect.ts'
import type { Dialect } from './dialect.ts'
import { ended } from './line-forms.ts'
import type { Line } from './lines.ts'

/** `-----Original Message-----`, `---------- Forwarded message ---------`. */
const between = /^-{3,}\s?\p{L}[\p{L} ]{3,38}\p{L}\s?-{3,}$/u
const sentFrom =
  /^(?:Sent (?:from|with)|Get Outlook for|Von meinem|Gesendet (?:von|mit)|Envoyé de(?:puis)?|Enviado (?:desde|do|de)|Inviato da(?:l)?|Verzonden vanaf|Wysłane z|Отправлено (?:с|из))\s.{1,60}$/u
const device =
  /(?<!\p{L})(?:iP(?:hone|ad|od)|iOS|Galaxy|Samsung|Huawei|Xiaomi|Pixel|Nokia|BlackBerry|Android|Outlook|Thunderbird|Yahoo|Gmail|GMX|Proton|Mail|Windows|[Ss]martphone|[Mm]obile|[Pp]hone|[Tt]ablet|Handy|Mobiltelefon|téléphone|móvil|teléfono|celular|telefon|telefono|telefoon|телефон|Почт)/u
const gap = / {6,}/g
const maxSignature = 8

const sender = /^(?:From|Von|De|Da|Van|Od|От|Від|Fra|Från|差出人|发件人|寄件者|보낸 사람)\s?[:：]\s?\S/u
const subject =
  /^(?:Subject|Betreff|Objet|Asunto|Oggetto|Assunto|Onderwerp|Temat|Тема|Emne|Ämne|件名|主题|主旨|제목)\s?[:：]/u
const field = /^\p{L}[\p{L} -]{0,24}[:：]\s?\S/u
/** A name below a message, in words. */
const longestName = 4

const address = /\S@\S/
/** `On Mon, 4 Mar 2024`, `Am 12.10.2026`, `On March 4, 2024`, `2024-03-04`: few words stand before it. */
const date =
  /^(?:[\p{L}.,]{1,20} ){0,3}(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}\.?(?: de)? \p{L}{1,15}\.?,?(?: de)? \d{4}|\p{L}{1,15}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{4}年)/u
const time = /\d[:h.]\d\d(?!\d|\.)/
const verb =
  /(?<!\p{L})(?:wrote|writes|schrieb|geschrieben|a écrit|escribió|ha scritto|escreveu|schreef|skrev|kirjoitti|napisał|napsal|yazdı|писал|написал|пише|写道|寫道)/u

/**
 * Marks the lines that stand around a text: heads and feet of printed pages, and in mail who wrote what is quoted, where
 * another message begins, and signatures.
 */
export function furniture(lines: readonly Line[], dialect: Dialect): boolean[] {
  const marked = lines.map((line, index) => isRunningHead(lines, index) || between.test(line.text))
  if (dialect === 'asciidoc') marked.fill(true, ...bylines(lines))
  for (let index = 0; index < lines.length; index += 1) {
    const { text } = lines[index] as Line
    if (text === '--') marked.fill(true, index, dialect === 'asciidoc' ? index + 1 : signatureEnd(lines, index))
    if (isSentFrom(lines, index)) marked[index] = true
    if (text.startsWith('>')) marked.fill(true, attributionStart(lines, index), index)
    const end = headerEnd(lines, index)
    if (end > index) marked.fill(true, index, end)
    const name = end > index ? nameAbove(lines, index) : -1
    if (name !== -1) marked[name] = true
  }
  return marked
}

/** Where the header of a message ends that begins at a line within others: who wrote it, to whom, and about what. */
function headerEnd(lines: readonly Line[], start: number): number {
  if (!sender.test(lines[start]?.text ?? '') || field.test(lines[start - 1]?.text ?? '')) return start
  let end = start
  while (field.test(lines[end]?.text ?? '')) end += 1
  const isWhole = end - start > 2 && lines.slice(start, end).some(({ text }) => subject.test(text))
  return isWhole ? end : start
}

/** The line with the name of who wrote the message above a header, if there is one; else -1. */
function nameAbove(lines: readonly Line[], header: number): number {
  let at = header - 1
  while (at >= 0 && !/\p{L}/u.test(lines[at]?.text ?? '')) at -= 1
  const { text = '' } = lines[at] ?? {}
  const isLone = (lines[at - 1]?.text ?? '') === ''
  return isLone && !ended.test(text) && text.split(' ').length <= longestName ? at : -1
}

/** Who wrote a document of AsciiDoc, and which version it is: the lines below its title. */
function bylines(lines: readonly Line[]): readonly [start: number, end: number] {
  const title = titleLine(lines)
  let end = title + 1
  while (title !== -1 && end < lines.length && lines[end]?.text !== '') end += 1
  return [title + 1, end]
}

/** Whether a line has parts at the left, in the middle and at the right of a page, and nothing beside it. */
function isRunningHead(lines: readonly Line[], index: number): boolean {
  const { text } = lines[index] as Line
  const isLone = (lines[index - 1]?.text ?? '') === '' && (lines[index + 1]?.text ?? '') === ''
  return isLone && !/[|\t]/.test(text) && ((text.match(gap)?.length ?? 0) > 1 || / {3}\[Page \d{1,4}\]$/.test(text))
}

/** Whether a line names the device or the program that sent a mail, and nothing else is in its paragraph. */
function isSentFrom(lines: readonly Line[], index: number): boolean {
  const { text } = lines[index] as Line
  if (!sentFrom.test(text) || !device.test(text) || ended.test(text)) return false
  return (lines[index - 1]?.text ?? '') === '' && /^(?:>|$)/.test(lines[index + 1]?.text ?? '')
}

/**
 * The first line that is not part of the signature which begins at a line. Two hyphens also part scenes, or open a
 * block that two others close: a signature is no sentence, and ends a message.
 */
function signatureEnd(lines: readonly Line[], start: number): number {
  let end = start + 1
  while (end < lines.length && end <= start + maxSignature && lines[end]?.text !== '') end += 1
  const last = lines[end - 1]?.text ?? ''
  return (ended.test(last) && /\s\S+\s/.test(last)) || !endsMessage(lines, end) ? start + 1 : end
}

/** Whether another message, a quotation, or only a few lines follow, such as a mailing list adds. */
function endsMessage(lines: readonly Line[], end: number): boolean {
  const after: string[] = []
  for (let index = end; index < lines.length && after.length <= maxSignature; index += 1) {
    const { text } = lines[index] as Line
    if (text !== '') after.push(text)
  }
  const [first = ''] = after
  if (between.test(first) || /^(?:>|From |(?:From|Date|Subject): )/.test(first) || isAttribution(first)) return true
  return after.length <= maxSignature && !after.includes('--')
}

/** Where the line begins that says who wrote what is quoted below: `On 3 May 2026, Ann wrote:`; it may be broken. */
function attributionStart(lines: readonly Line[], quote: number): number {
  const isOther = (index: number): boolean => /^(?:>|$)/.test(lines[index]?.text ?? '')
  const last = quote - (lines[quote - 1]?.text === '' ? 2 : 1)
  if (isOther(last)) return quote
  const first = isOther(last - 1) ? last : last - 1
  const text = lines.slice(first, last + 1).map((line) => line.text)
  return isOther(first - 1) && isAttribution(text.join(' ')) ? first : quote
}

/** Whether a line says who wrote something and when: `On 3 May 2026, Ann wrote:`. Books quote too, but not from mail. */
function isAttribution(text: string): boolean {
  if (!/[:：]$/.test(text)) return false
  const isMail = address.test(text)
  return (
    (isMail && /<[^\s<>]{1,100}>\s?[:：]$/.test(text)) ||
    ((isMail || date.test(text)) && (verb.test(text) || time.test(text)))
  )
}
