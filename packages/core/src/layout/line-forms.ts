import type { Dialect } from './dialect.ts'
import type { Line } from './lines.ts'

/** Marks that end a sentence, in any script, with what may close behind them, and marks of footnotes. */
export const ended: RegExp = /[.!?…‥。！？｡．؟।॥۔։።။།។][\p{Pe}\p{Pf}\p{Pi}"'*_\]]*(?:\[\^?[\w*†‡]{1,4}\]_?)*$/u

/** Begins an item of a list; what follows is its text. */
export const listMark: RegExp =
  /^(?:[-–—•‣◦●▪*+·・※○◆■](?=\s)|[-–—•‣●▪・](?=[^\s\d-])|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4}|[一二三四五六七八九十]{1,3})[).](?=\s)|\(\d{1,3}\)|[①-⑳]|\\item\b|\d{1,3}[、）]|\d{1,2}(?=\s{2,}\S))\s*/u

const level = /\b(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\b/
const stamp =
  /^[[(<]?(?:\d{4}[-/]\d\d[-/]\d\d[T\s,]+\d{1,2}:\d\d|(?:[A-Z][a-z]{2}\s+){1,2}\d{1,2}\s\d\d:\d\d:\d\d|(?<=\[)\s{0,10}\d{1,12}\.\d{3,6}\])/
const access = /^\S+ \S+ \S+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:/

// A line of chat begins with when and who: `[12:03] <ann> Hi.`, `12/03/24, 09:15 - Ann: Hi.` Some write marks of direction before it.
const chatTime =
  /^[\u200E\u200F\u202A-\u202E]{0,4}\[?(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s?)?\d{1,2}:\d\d(?::\d\d)?(?:\s?[AaPp]\.?[Mm]\.?)?\]?\s?(?:[-–]\s)?/
const chatName =
  /^\s?(?:<[^<>\n]{1,40}>|[\p{L}\p{N}\p{So}_.@'+~-][\u200D\p{L}\p{M}\p{N}\p{So}_.@' \u00A0\u202F()+-]{0,39}:)\s/u
/** `12.03.24, 09:14 - `: what the program itself says has no name. */
const chatNotice = /^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}, \d{1,2}:\d\d(?:\s?[AaPp][Mm])? - /
/** Who says what is below: `[12-Mar-24 09:15 AM] ann`, `Ann Berg, [12.03.2024 09:15]`, `Ann Berg  9:15 AM`. */
const chatLines: readonly RegExp[] = [
  /^\[\d{1,2}[-./](?:\d{1,2}|[A-Z][a-z]{2})[-./]\d{2,4},? \d{1,2}:\d\d(?: [AP]M)?\] [\p{L}\p{N}_.@#'-]{1,40}(?: [\p{L}\p{N}_.@#'-]{1,40}){0,2}$/u,
  /^[\p{L}\p{N}_.@'-]{1,40}(?: [\p{L}\p{N}_.@'-]{1,40}){0,3}(?:, \[\d{1,2}[./]\d{1,2}[./]\d{2,4},? \d{1,2}:\d\d(?: [AP]M)?\]| {2,4}\d{1,2}:\d\d [AP]M)$/u,
]

/** Whether a line is an entry of a log. */
export function isLogLine({ text }: Line): boolean {
  if (access.test(text)) return true
  if (!stamp.test(text)) return /^\[?(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\]?[:\s]/.test(text)
  return level.test(text.slice(0, 80)) || chatHead(text) === 0
}

/** How long the time and the name at the beginning of a line of chat are; 0 if there are none. */
export function speakerLength(line: Line): number {
  return isLogLine(line) ? 0 : chatHead(line.text)
}

/** What follows the time, if any, when somebody comes, goes or does something: `* ann waves`, `-!- ann has joined`. */
const event = /^(?:\*{1,3}|-!-|-->|<--|=!=)\s/
const bareName = /^<[ @+%&~]?[\p{L}\p{N}_[\]\\`^{}|-]{1,30}>\s(?=\S)/u
const leastSpoken = 3

/** Whether a text is a chat whose lines begin with names alone: `<ann> Hi.` Somebody speaks twice, unlike in a list of names. */
export function isBareChat(lines: readonly Line[]): boolean {
  const shown = lines.filter(({ text }) => text !== '')
  const names = shown.flatMap(({ text }) => bareName.exec(text) ?? [])
  const events = shown.filter(({ text }) => event.test(text)).length
  const isTalk = names.length >= leastSpoken && new Set(names).size < names.length
  return isTalk && names.length + events > shown.length * 0.6
}

/** Whether somebody speaks in a text whose lines begin with times. */
export function isTimedChat(lines: readonly Line[]): boolean {
  return lines.some((line) => speakerLength(line) > 0)
}

/** How long the name is at the beginning of a line of such a chat; 0 if there is none. */
export function bareNameLength({ text }: Line): number {
  return bareName.exec(text)?.[0].length ?? 0
}

/** Whether a line of a chat tells what happened rather than what somebody said. */
export function isChatEvent({ text }: Line, { isBare, isTimed }: { isBare: boolean; isTimed: boolean }): boolean {
  if (/^--- (?:Log (?:opened|closed)|Day changed) /.test(text)) return true
  const time = chatTime.exec(text)?.[0].length ?? 0
  return ((time > 0 && isTimed) || isBare) && event.test(text.slice(time).trimStart())
}

/** Whether the program of a chat says something itself: `image omitted`, behind a mark of direction. */
export function isNotice(line: Line, said: Line): boolean {
  return said.text.startsWith('\u200E') || line.text.length - said.text.length === noticeLength(line.text)
}

function noticeLength(text: string): number {
  return chatNotice.exec(text)?.[0].length ?? 0
}

function chatHead(text: string): number {
  if (chatLines.some((form) => form.test(text))) return text.length
  const time = chatTime.exec(text)?.[0].length ?? 0
  if (time === 0) return 0
  const name = chatName.exec(text.slice(time, time + 50))?.[0].length ?? 0
  return name > 0 ? time + name : noticeLength(text)
}

/** Whether a line is a row of a table: cells between bars, tabs, or wide gaps. */
export function isRow({ text }: Line): boolean {
  if (/^\|.*\|$/.test(text) || /^[|│┃].*[|│┃]/.test(text)) return true
  if ((text.match(/ \| /g)?.length ?? 0) > 1) return true
  // What a template of a wiki is filled with.
  if (/^\|\s?[\p{L}\d_ ]{1,40}=\s?\S/u.test(text)) return true
  // Dots that lead to the number of a page.
  if (/(?: \.){5}/.test(text)) return true
  return (text.match(/\S\t+(?=\S)/g)?.length ?? 0) > 1 || /\s\.{4,}\s*\d+$/.test(text)
}

/** Whether a line has at least two gaps such as columns have, or a wide one. Two spaces after a full stop are a habit of typists. */
export function hasColumns({ text }: Line): boolean {
  return (text.match(/[^\s.!?:](?: {3,}|\t| {2,}(?=[\d$€£-]))\S/g)?.length ?? 0) > 1 || /\S {8,}\S/.test(text)
}

/** Whether a line draws something: the frame of a table, a rule, an underline. */
export function isRule({ text }: Line): boolean {
  return (
    text.length > 1 &&
    /^[-=~_*+#^"'`.:|\s\u2500-\u257F─═]+$/.test(text) &&
    !/\w/.test(text) &&
    /([-=~_*+#^"'`:|─═.])\s*\1/.test(text)
  )
}

/** Whether a line underlines the one above it, in Markdown or reStructuredText. */
export function isUnderline(line: Line, above: Line): boolean {
  if (!/^([=\-~^"'*+#`:.])\1*$/.test(line.text) || line.text.length < 2) return false
  const isMarkdown = /^[=-]/.test(line.text) && line.text.length > 2
  return isMarkdown || line.text.length >= above.text.length
}

/** A date or another value under a name, as in headers, settings and records: `name: value`, `name = value`. */
export const keyed: RegExp = /^(?:"[^"]{1,60}"|[\w.$[\]-]{1,60})\s*(?:[:=](?:\s|$)|=>|:=|=(?=[^=]))/

/** A line of markup or commands alone. */
export function isMarkup({ text }: Line, dialect: Dialect): boolean {
  return (
    (dialect === 'roff' && /^[.'](?:$|\s*[a-z\\{}])/.test(text)) ||
    (dialect === 'org' && /^(?:#(?:\+|\s)|(?:DEADLINE|SCHEDULED|CLOSED):\s*[<[])/i.test(text)) ||
    showsNothing(text) ||
    // Who made an entry of a Debian changelog.
    /^-- [^<]{1,200}<[^@>]{1,200}@[^>]{1,200}> {1,4}\w{3}, \d/.test(text) ||
    /^<\/?[a-z!?][^<>]*>$/i.test(text) ||
    /^(?:<!--.*-->|\{%.*%\}|\{\{.*\}\})$/.test(text) ||
    text === '\\item' ||
    /^\\(?:documentclass|hypertarget|hypersetup|usepackage|begin|end|label|maketitle|newcommand|renewcommand|bibliography|bibliographystyle|input|include|tableofcontents|centering|includegraphics|hline|vspace|hspace|noindent|newpage|clearpage|appendix|date|author|setlength|pagestyle)\b[^a-z]/.test(
      `${text} `,
    ) ||
    /^\.(?:\\"|['\\]|(?:TH|PP|P|LP|TP|TQ|HP|IP|IX|RS|RE|PD|Vb|Ve|SY|YS|OP|MT|ME|br|sp|nf|fi|ad|na|hy|ft|in|ti|de|so|ie|el|if|UR|UE|Dd|Dt|Os|Pp|Bl|El|Ed|Bd)\b)/.test(
      text,
    ) ||
    (dialect !== 'asciidoc' && text.startsWith('.. ')) ||
    /^(?::[\w-]+:(?:\s|$)|\[\[.*\]\]$|\[[\w,="' %.-]+\]$|\[\^?[\w-]+\]:\s|!\[[^\]]*\]\([^)]*\)$)/.test(text) ||
    /^(?:https?|ftp|mailto):\S+$|^%+\s/.test(text) ||
    // Nodes and menus of Info.
    /^(?:File: [^ ]{1,100}, {1,2}Node: |\* (?:Menu:$|[^:]{1,100}::(?: |$)))/.test(text)
  )
}

/** Whether only tags and images, such as badges, are in a line: no word is left without them. */
function showsNothing(text: string): boolean {
  if (!/^(?:<|\[?!\[)/.test(text)) return false
  const left = text.replaceAll(/!\[[^[\]]*\]\([^()]*\)|<[^<>]*>/g, '').replaceAll(/\[\s*\]\([^()]*\)/g, '')
  return !/[\p{L}\p{N}]/u.test(left)
}

/** An item of a list in words, with brackets: `families (children under six travel free);` */
function isClause(text: string): boolean {
  return !/[={}<>]/.test(text) && /\p{L}{2} \p{L}{2,30} \p{L}{2}/u.test(text) && !keywords.test(text)
}

const keywords =
  /^(?:import|export|from\s+\S+\s+import|const|let|var|def|class|function|func|fn|public|private|protected|static|return|if\s*\(|for\s*\(|while\s*\(|#include|#define|#!|package|using|namespace|SELECT|INSERT|CREATE|UPDATE|\$ |>>> |sudo|npm|pip|git|cd|@\w+)\b/

const trace =
  /^(?:Traceback \(most recent call last\):$|File "[^"]*", line \d|at [^\s(][^(]*\([^()]*\)$|(?:Caused by: |Exception in thread "[^"]*" )?[\w.$]*(?:Error|Exception)(?::\s|$)|\.{3} \d+ (?:more|common frames)|(?:thread '[^']*' panicked|panic:|goroutine \d+ \[)|\^+$)/

/** Whether a line says where a program was when it failed: in Python, Java, JavaScript, Rust or Go. */
export function isTrace({ text }: Line): boolean {
  return trace.test(text) || (text.startsWith('at ') && !/ /.test(text.slice(3)) && /:\d{1,9}:\d{1,9}$/.test(text))
}

/** Whether a line is code rather than prose. */
export function isCode(line: Line): boolean {
  // Commands of LaTeX stand in its sentences.
  const text = line.text.replaceAll(/\\(?:texttt|emph|text[a-z]{2}|url|href|path|verb)\*?\{([^{}]*)\}/g, '$1')
  if (/[{};]$/.test(text) && /[=(){}<>;]/.test(text.slice(0, -1))) return !isClause(text)
  if (/^(?:[{}()[\]]+[,;]?$|\/\/|\/\*|\*\/|<\?)/.test(text)) return true
  return keywords.test(text) && /[=(){}<>;:/\\]|^\$|^>>>/.test(text) && !ended.test(text)
}
