import { abbreviationsOf } from '../languages/abbreviations.ts'
import type { Language } from '../languages/function-words.ts'
import { isOpener } from './openers.ts'
import { quotedSpans } from './quoted-spans.ts'
import type { QuotedSpan } from './quoted-spans.ts'
import { thaiEnds } from './thai-ends.ts'
import { dotsEnd } from './trailing-dots.ts'

/** How far a decision looks to either side, in UTF-16 units: enough for any abbreviation or list number. */
const reach = 80
/** What is in quotation marks of East Asia is one sentence with what says it, up to this length. */
const maxSpeech = 200

// One or more marks, what closes behind them, and the marks of footnotes.
const mark =
  /[.!?…‥‼⁇⁈⁉。！？｡．؟।॥۔։။።།។]+["'”’»)\]}›」』）】》〉〕＂＇*_]*(?:[\s\u00A0\u202F]»)?(?:\[\^?[\w*†‡]{1,4}\]|[¹²³⁰⁴-⁹†‡]|<ref\b[^<>]{0,80}>[^<>]{0,300}<\/ref>)*/gu

/** Ends a sentence whatever follows: scripts without spaces or capitals have marks of their own. */
const sure = /[。！？｡．।॥۔།။។።]/u
/** Languages that write „…“ or »…«. */
const closesAlso: ReadonlySet<Language> = new Set<Language>(['de', 'ru', 'el'])
const opening = /^["'“‘„«‹»(（「『《【[¿¡*_]+/u

/** `VII.` or `3.2)` alone: the number of the heading or item that follows. */
const loneNumber = /^(?:[IVXLC]{1,7}|[A-Za-z]|\d{1,3}(?:\.\d{1,3}){0,4})[.)]$/
const heading = /^\p{Lu}{3,}\s\p{Lu}{3,}\s/u

/** After speech in Japanese, Chinese or Korean, the sentence continues with these. */
const afterSpeech =
  /^(?:[、，,；：と]|って|っと|という|とい|なんて|など|は|が|を|に|で|も|の(?!\p{L}*。$)|から|라고|하고|라는|고\s|(?:[\p{Script=Han}]{0,8}(?:说|說|问|問|道|喊|答|叫|笑|想)[\p{Script=Han}]{0,2}[。，：！,]))/u

/**
 * The ends of the sentences in a paragraph, ascending: for each, the offset after its last character.
 * The paragraph itself ends the last one. Takes linear time.
 */
export function* sentenceEnds(text: string, language: Language): Generator<number> {
  if (language === 'th') return yield* thaiEnds(text)
  const spans = quotedSpans(text)
  let span = 0
  let start = 0
  for (const { index, end, isColon } of marksIn(text, language)) {
    if (end >= text.length) break
    while (span < spans.length && (spans[span] as QuotedSpan).close < index) span += 1
    const around = spans[span]
    const isEnd = isColon || (!isWithin(text, around, index, end) && endsHere({ text, start, index, end, language }))
    if (!isEnd) continue
    yield end
    start = end
  }
}

/** Marks that may end a sentence: with what closes behind them, and a colon before a heading in capitals. */
function* marksIn(
  text: string,
  language: Language,
): Generator<{ readonly index: number; readonly end: number; readonly isColon: boolean }> {
  const pattern = language === 'el' ? /[.!;\u037E…·]+["'”»)]*/gu : mark
  let colon = text.indexOf(': ')
  for (const match of text.matchAll(pattern)) {
    for (; colon !== -1 && colon < match.index; colon = text.indexOf(': ', colon + 1)) {
      if (heading.test(text.slice(colon + 2, colon + 2 + reach))) yield { index: colon, end: colon + 1, isColon: true }
    }
    const end = match.index + match[0].length
    // Where „ and » open, “ and « close.
    const closes = closesAlso.has(language) && /^[“«](?:\s|$)/u.test(text.slice(end, end + 2))
    yield { index: match.index, end: closes ? end + 1 : end, isColon: false }
  }
}

/** Whether a mark stands within brackets or quotation marks whose sentence continues behind them. */
function isWithin(text: string, span: QuotedSpan | undefined, index: number, end: number): boolean {
  if (!span || index < span.open || index > span.close) return false
  const after = text.slice(span.close + 1, span.close + 1 + reach)
  const isEastern = /[「『（《【]/.test(text[span.open] ?? '')
  // The mark closes the speech itself.
  if (end > span.close) return isEastern ? afterSpeech.test(after) : goesOn(after)
  if (isEastern) return span.close - span.open <= maxSpeech
  return goesOn(after) || (text[span.open] === '(' && /^[.!?]/.test(after)) || afterSpeech.test(after)
}

/** Whether a sentence continues behind quotation marks or brackets. */
function goesOn(after: string): boolean {
  return /^\s*(?:[,;:、，]|[—–-]\s*\p{Ll}|\p{Ll})/u.test(after)
}

interface Place {
  readonly text: string
  /** Where the sentence begins. */
  readonly start: number
  /** The first mark. */
  readonly index: number
  /** After the last mark and what closes behind it. */
  readonly end: number
  readonly language: Language
}

function endsHere({ text, start, index, end, language }: Place): boolean {
  const marks = text.slice(index, end)
  const after = text.slice(end, end + reach)
  if (sure.test(marks))
    return !(/^[\p{Pe}\p{Pf}、，。．！？]/u.test(after) || isDecimal(text, index, after)) && !afterQuote(marks, after)
  const gap = /^\s+/.exec(after)?.[0]
  if (gap === undefined) {
    if (!/^\p{Lo}/u.test(after) || !/\p{Lo}/u.test(text[index - 1] ?? '')) return false
    return (
      /[!?؟]/.test(marks) ||
      (/^(?:…|‥|\.{3})/.test(marks) && dotsEnd(text.slice(Math.max(start, index - reach), index), after))
    )
  }
  const next = after.slice(gap.length)
  // Dutch begins with what is left of a word, in small letters: "'s Avonds", "'t Is".
  const clipped = language === 'nl' ? (/^['’‘]\p{Ll}{1,2}[\s-](?=\p{Lu})/u.exec(next)?.[0].length ?? 0) : 0
  const bare = next.slice(clipped).replace(opening, '')
  if (/^(?:-\p{Lu}|-\p{Ll}{2})/u.test(next)) return true
  // A dash before words of a speaker, or of what is said, continues; before a capital, somebody else speaks.
  if (/^[—–]\p{Ll}/u.test(next)) return false
  if (/^[—–-]\s/.test(next)) return /[!?.…]/.test(marks) && /^[—–-]\s+["«„“]?\p{Lu}/u.test(next) && !/["»”]/.test(marks)
  if (/^\p{Ll}/u.test(bare)) return false
  if (/^[.,;:)\]}»”%&/=]/u.test(next) && !/^»\s*\p{Lu}/u.test(next)) return false
  const isDot = marks.startsWith('.') && !/^\.[.\s!?]/.test(marks)
  if (!isDot) return true
  const head = text.slice(Math.max(start, index - reach), index + 1)
  if (/["'”’“»«)\]]/.test(marks) && !/^\.[\])]/.test(marks)) return !/^\d/.test(bare) || true
  if (index + 1 - start < reach && loneNumber.test(head.trimStart())) return false
  return !isAbbreviation(head, next, bare, language)
}

/** Full-width marks are in numbers, too. */
function isDecimal(text: string, index: number, after: string): boolean {
  return text[index] === '．' && /^[\d０-９]/.test(after)
}

/** Whether speech that ends here is part of a sentence that continues. */
function afterQuote(marks: string, after: string): boolean {
  return /[」』”’）]$/u.test(marks) && afterSpeech.test(after)
}

const dayOrZone =
  /^(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Eastern|Central|Mountain|Pacific|Greenwich|Jan|Feb|Mar|Apr|May|June|July|Aug|Sep|Oct|Nov|Dec)/
const months = /^(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|jänner)/iu

function isAbbreviation(head: string, next: string, bare: string, language: Language): boolean {
  const word =
    head
      .slice(0, -1)
      .split(/[\s("'“‘„«[]/)
      .at(-1) ?? ''
  if (word === '') return false
  const { open, beforeNumber, ambiguous } = abbreviationsOf(language)
  const lower = word.toLowerCase().replaceAll('’', "'")
  const last = lower.replace(/^.*[-/](?=\p{L})/u, '')
  const isNumber = /^\d/.test(bare)
  // "No." and "art." are words as well; "in" and "al" stand before a full stop in many languages.
  if ((open.has(lower) || open.has(last)) && (word !== lower || !openOnlyCapital(lower, language))) return true
  if (beforeNumber.has(lower) || beforeNumber.has(last)) {
    if (isNumber || /^(?:[IVXLC]+\b|№|§)/.test(bare)) return true
  }
  const starts = opensSentence(bare, next, language)
  // Only days and zones of time are written with a capital behind it.
  if (/^[ap]\.m$/.test(lower) && /^\p{Lu}\p{Ll}/u.test(bare)) return dayOrZone.test(bare)
  if (ambiguous.has(lower) || ambiguous.has(last)) return language === 'hi' || !starts
  if (language === 'ru' && /^(?:г|гг|в|вв)$/.test(lower)) return isCenturyOrTown(head, starts)
  // A town or a village; behind a number, meters or seconds.
  if (language === 'uk' && /^[мс]$/.test(lower)) return !/\d\s?\p{L}\.$/u.test(head)
  if (/^(?:\p{L}{1,2}\.){1,4}\p{L}{1,3}$/u.test(word))
    return language === 'ru' || language === 'uk' ? !/^\p{Lu}/u.test(bare) : !starts
  // An initial: "J. Smith", "د. محمد". "I" and vowels that are words end sentences.
  if (/^\p{Lu}$/u.test(word)) return !(language === 'en' && word === 'I') && !starts
  if (/^\p{Lo}$/u.test(word)) return /\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Devanagari}/u.test(word)
  return language === 'de' && /^(?:\d{1,2}|[IVX]{1,5})$/.test(word) && isOrdinal(head, bare, starts)
}

/** Whether "г." and "в." name a town or a century, or end a date within a sentence that has just begun. */
function isCenturyOrTown(head: string, starts: boolean): boolean {
  if (!/[\dIVXLC]\s?\p{L}{1,3}\.$/u.test(head)) return true
  return !starts && head.trimStart().length < 24
}

/** Abbreviations that are ordinary words unless they are written with a capital: "art.", "sen.", "don." */
function openOnlyCapital(lower: string, language: Language): boolean {
  return (
    language !== 'de' &&
    language !== 'ru' &&
    language !== 'pl' &&
    /^(?:gen|col|rep|hon|on|don|son|sen|san|art|cap|st|rev|pres|me|m|v|p|col|ten)$/.test(lower) &&
    lower.length > 1
  )
}

const beforeOrdinal =
  /^(?:am|im|zum|vom|beim|der|die|das|den|dem|des|ein|eine|einem|einen|einer|bis|und|oder|seit|nach|vor|ihr|sein|jede[rsnm]?)$/i

/** Whether a number with a full stop is an ordinal: "3. Oktober", "im 19. Jahrhundert"; not in "auf Seite 17. Danach …". */
function isOrdinal(head: string, bare: string, starts: boolean): boolean {
  if (months.test(bare)) return true
  const before = /(?:^|\s)(\p{L}+)\s+[\dIVX]+\.$/u.exec(head)?.[1]
  return !starts && /^\p{L}/u.test(bare) && (before === undefined || beforeOrdinal.test(before))
}

/** Whether a text begins like a sentence rather than a name. */
function opensSentence(bare: string, next: string, language: Language): boolean {
  // Another initial: "А. И. Соколова".
  if (/^\p{Lu}\.\s/u.test(bare)) return false
  const word = /^(\p{Lu}[\p{Ll}’']*)(?!\p{L})/u.exec(bare)?.[1]
  if (word === undefined) {
    // Caseless scripts and numbers: a number after "U.S." or "etc." begins something new.
    return /^(?:\d{4}\b|\d+\s\p{L})/u.test(bare) || /^[\p{Lo}¿¡]/u.test(next)
  }
  // Two in a row ("… in the U.S. U.S. relations …") are the end of one sentence and the beginning of the next.
  return isOpener(word.split(/['’]/)[0] ?? '', language) || /^(?:\p{Lu}\.){2,}/u.test(bare)
}
