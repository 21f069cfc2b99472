import type { QueryWord } from '../store/query.ts'
import { clean, fold } from './fold.ts'
import { isStopWord, languages } from './languages.ts'
import type { Language } from './languages.ts'
import { chunksOf, languageOf, partsOf, unitsOf } from './search-terms.ts'
import { marked, stemsOf } from './stem.ts'

/** A query that was taken apart. */
export interface ParsedQuery {
  readonly words: readonly QueryWord[]
  /** What stood in quotation marks, to be found word for word. */
  readonly phrases: readonly string[]
}

const endings = ['d', 'ed', 'es', 'g', 'n', 'ng', 'ing', 'ion', 'on', 's', 'y'] as const

/** The first words of a very long query are enough. */
const readLength = 64 * 1024
const mostWords = 64

// Quotation marks have words within and none at their backs, unlike those of inches.
const quoted =
  /(?<![\p{L}\p{N}])"(?!\s)([^"]*[^"\s])"(?![\p{L}\p{N}])|“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|「([^「」]+)」/gu

/**
 * Takes a query apart. Any text is one.
 *
 * - Words match by their stems, in any of the languages that are known.
 * - Words like "the" count only if there are no others.
 * - `pric*` matches every word that begins so.
 * - `"price list"` in quotation marks is required, word for word.
 */
export function parseQuery(text: string): ParsedQuery {
  if (last?.text !== text) last = { text, parsed: parsed(text) }
  return last.parsed
}

/** A search asks for the words of a query, then for its terms, and for both again with the next page. */
let last: { readonly text: string; readonly parsed: ParsedQuery } | undefined

function parsed(text: string): ParsedQuery {
  const head = text.slice(0, readLength).toWellFormed()
  const phrases = Array.from(
    head.matchAll(quoted),
    (found) => found.slice(1).find((one) => one !== undefined) ?? '',
  ).filter((phrase) => !chunksOf(phrase).next().done)
  const language = languageOf(head)
  const required = phrases.flatMap((phrase) => wordsIn(phrase.replaceAll(/[-‐‑]/g, ' '), language, true))
  const loose = wordsIn(phrases.length > 0 ? head.replaceAll(quoted, ' ') : head, language, false)
  const words = new Map<string, QueryWord>()
  for (const { word } of [...required, ...withoutFrequent(loose)]) {
    const name = `${word.terms.join(' ')} ${(word.prefixes ?? []).join(' ')}`
    if (!words.has(name) && words.size < mostWords) words.set(name, word)
  }
  return { words: [...words.values()], phrases }
}

/** The words of a query, see {@link parseQuery}. */
export function queryWords(text: string): readonly QueryWord[] {
  return parseQuery(text).words
}

/**
 * All terms of a query, for showing where a text matches; the beginning of a word ends with `*`, and a word as it was
 * typed with `~`.
 */
export function queryTerms(text: string): string[] {
  const found = queryWords(text).flatMap(({ terms, prefixes = [], typed }) => {
    return [...terms, ...prefixes.map((one) => `${one}*`), ...(typed === undefined ? [] : [`${typed}~`])]
  })
  return [...new Set(found)]
}

interface FoundWord {
  readonly word: QueryWord
  /** Whether so many texts have it that it tells little. */
  readonly isFrequent: boolean
}

function withoutFrequent(words: readonly FoundWord[]): readonly FoundWord[] {
  const telling = words.filter(({ isFrequent }) => !isFrequent)
  return telling.length > 0 ? telling : words
}

function wordsIn(text: string, language: Language, required: boolean): FoundWord[] {
  const words: FoundWord[] = []
  for (const { text: chunk, index } of chunksOf(text)) {
    const isBeginning = !required && text[index + chunk.length] === '*'
    const parts = partsOf(chunk)
    for (const [at, { words: found, run }] of parts.entries()) {
      const isLast = at === parts.length - 1
      for (const word of found) words.push(wordOf(word, language, required, isBeginning && isLast))
      if (run !== undefined) for (const gram of grams(run, required, isBeginning && isLast)) words.push(gram)
    }
  }
  return words
}

function wordOf(word: string, language: Language, required: boolean, isBeginning: boolean): FoundWord {
  const folded = fold(word)
  const terms = [...new Set(languages.flatMap((each) => stemsOf(word, each)))]
  // A single Latin letter is what is left of a name or a hyphen.
  const isFrequent = isStopWord(folded, language) || isStopWord(folded, 'en') || /^[a-z]$/.test(folded)
  if (isBeginning) {
    const prefixes = languages.map((each) => marked(folded, each))
    // Stems are shorter than some beginnings: "pricin" is none of "price", but one of "pricing".
    for (const ending of endings) terms.push(...stemsOf(folded + ending, 'en'))
    return {
      word: { terms: [...new Set(terms)], prefixes: /\p{Script=Latin}/u.test(folded) ? prefixes : [folded] },
      isFrequent: false,
    }
  }
  return { word: required ? { terms, required } : { terms, typed: folded, language }, isFrequent }
}

/** A run without spaces: pairs of letters, of which those of hiragana alone are mostly endings. */
function grams(run: string, required: boolean, isBeginning: boolean): FoundWord[] {
  const units = unitsOf(clean(run))
  // A single letter begins the pair that it is in, or ends a run.
  if (units.length === 1) return [{ word: { terms: units, prefixes: units, required }, isFrequent: isGrammar(run) }]
  return units.slice(0, -1).map((unit, at): FoundWord => {
    const pair = unit + (units[at + 1] ?? '')
    const prefixes = isBeginning && at === units.length - 2 ? { prefixes: [pair] } : {}
    return { word: { terms: [pair], ...prefixes, required }, isFrequent: isGrammar(pair) }
  })
}

function isGrammar(text: string): boolean {
  return /^[\p{Script=Hiragana}ー]+$/u.test(text)
}
