import { chunksOf, countedLength, languageOf, partsOf, termsOfChunk, unitsOf } from './search-terms.ts'
import { clean, fold } from './fold.ts'
import type { Language } from './languages.ts'
import { similarForms } from './edits.ts'

const around = 80
const readLength = 100_000
/** Of a text of many megabytes, a snippet comes from its beginning or from the first match within this length. */
const mostRead = 4_000_000
const mostMissed = 16

/**
 * Cuts a snippet of about 160 characters from where a text matches best: around the part
 * that has most of the terms. It is cut at spaces, with … where text is left out. A text that is no longer is its own snippet.
 */
export function snippetOf(text: string, terms: readonly string[]): string {
  if (text.length <= 2 * around) return text.toWellFormed().replaceAll(/\s+/g, ' ').trim()
  const at = matchPlace(text, terms)
  const from = at <= around ? 0 : letterFrom(text, spaceNear(text, at - around, at))
  const to = at + around >= text.length ? text.length : letterFrom(text, spaceBefore(text, at + around, at + 1))
  const piece = text.slice(from, to).toWellFormed().replaceAll(/\s+/g, ' ').trim()
  return `${from > 0 ? '…' : ''}${piece}${to < text.length ? '…' : ''}`
}

/**
 * Where a text matches best: the middle of the part in which most of the terms stand together; 0
 * if none stands anywhere. Words at one edit are looked for where nothing is spelled alike.
 *
 * @param terms - As `queryTerms` gives them: the beginning of a word ends with `*`, a word as it was typed with `~`.
 */
export function matchPlace(text: string, terms: readonly string[]): number {
  const language = languageOf(text.slice(0, countedLength))
  const typed = terms.filter((term) => term.endsWith('~')).map((term) => term.slice(0, -1))
  return (
    placeOf(text, language, isAnyOf(terms)) ??
    (typed.length > 0 ? placeOf(text, language, isSimilarTo(typed, language)) : undefined) ??
    0
  )
}

function isAnyOf(terms: readonly string[]): (term: string) => boolean {
  const wanted = new Set(terms)
  const beginnings = terms.filter((term) => term.endsWith('*')).map((term) => term.slice(0, -1))
  return (term) => wanted.has(term) || beginnings.some((beginning) => term.startsWith(beginning))
}

function isSimilarTo(typed: readonly string[], language: Language): (term: string) => boolean {
  const forms = typed.map((word) => similarForms(word, language))
  return (term) => forms.some((each) => each.has(term))
}

/** Looks through a text part by part, up to the first with a match. */
function placeOf(text: string, language: Language, isWanted: (term: string) => boolean): number | undefined {
  for (let from = 0; from < text.length && from < mostRead; from += readLength) {
    const place = placeWithin(text.slice(from, from + readLength + around), language, isWanted)
    if (place !== undefined) return from + place
  }
  return undefined
}

function placeWithin(text: string, language: Language, isWanted: (term: string) => boolean): number | undefined {
  const matches: { readonly index: number; readonly term: string }[] = []
  for (const { text: chunk, index } of chunksOf(text)) {
    for (const [term, place] of placedTerms(chunk, language))
      if (isWanted(term)) matches.push({ index: index + place, term })
  }
  let best: { readonly index: number; readonly count: number } | undefined
  let first = 0
  const within = new Map<string, number>()
  for (const [last, match] of matches.entries()) {
    within.set(match.term, (within.get(match.term) ?? 0) + 1)
    while (match.index - (matches[first]?.index ?? 0) > around) {
      const { term = '' } = matches[first] ?? {}
      const left = (within.get(term) ?? 0) - 1
      if (left > 0) within.set(term, left)
      else within.delete(term)
      first += 1
    }
    if (within.size > (best?.count ?? 0))
      best = { index: middle(matches[first]?.index ?? 0, matches[last]?.index ?? 0), count: within.size }
  }
  return best?.index
}

function middle(from: number, to: number): number {
  return from + Math.floor((to - from) / 2)
}

/** The terms of a chunk with their places in it; in scripts without spaces a chunk can be a whole sentence. */
function placedTerms(chunk: string, language: ReturnType<typeof languageOf>): [term: string, place: number][] {
  if (chunk.length < 24) return termsOfChunk(chunk, language).map((term) => [term, 0])
  const placed: [string, number][] = []
  let place = 0
  // What was cleaned may stand there otherwise; who looks for all of that in vain looks through the chunk each time.
  let missed = 0
  const find = (piece: string): number => {
    const at = missed > mostMissed ? -1 : chunk.indexOf(piece, place)
    if (at < 0) missed += 1
    else place = at
    return place
  }
  for (const { words, run } of partsOf(chunk)) {
    for (const word of words) {
      const at = find(word)
      for (const term of termsOfChunk(word, language)) placed.push([term, at])
    }
    if (run === undefined) continue
    let at = find(run)
    const units = unitsOf(run)
    for (const [index, unit] of units.entries()) {
      placed.push([unit + (units[index + 1] ?? ''), at])
      at += unit.length
    }
  }
  return placed
}

/** Where a letter begins, at a place or behind the marks and joined characters there. */
function letterFrom(text: string, at: number): number {
  const [rest = ''] = /^[\uDC00-\uDFFF]?[\p{M}\u200D]*/u.exec(text.slice(at, at + around)) ?? []
  return at + rest.length
}

/** Where a word begins, at a place or soon after it; the place itself in scripts without spaces. */
function spaceNear(text: string, from: number, before: number): number {
  const space = text.indexOf(' ', from)
  return space >= 0 && space < before ? space + 1 : from
}

function spaceBefore(text: string, to: number, after: number): number {
  const space = text.lastIndexOf(' ', to)
  return space > after && to - space < around / 2 ? space : to
}

/** Whether a text has a phrase, word for word, whatever the case, accents and punctuation. */
export function hasPhrase(text: string, phrase: string): boolean {
  return plain(text).includes(plain(phrase))
}

/** A text's words with a space on both sides of each; letters of scripts without spaces stand for themselves. */
function plain(text: string): string {
  return [...chunksOf(text)]
    .map(({ text: chunk }) => fold(clean(chunk)).replaceAll(/['’ʼ]/g, ''))
    .flatMap((word) => word.split(/[-‐‑._]/))
    .map((word) => (startsUnspaced(word) ? '' : ' ') + word + (endsUnspaced(word) ? '' : ' '))
    .join('')
}

const unspaced =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u

function startsUnspaced(word: string): boolean {
  return unspaced.test(String.fromCodePoint(word.codePointAt(0) ?? 0))
}

/** Marks belong to the letter before them. */
function endsUnspaced(word: string): boolean {
  const last = Array.from(word).findLast((letter) => !/\p{M}/u.test(letter))
  return last !== undefined && unspaced.test(last)
}
