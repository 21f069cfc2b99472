import { clean, fold, isAscii } from './fold.ts'
import { isStopWord, LanguageGuess } from './languages.ts'
import type { Language } from './languages.ts'
import { stemsOf } from './stem.ts'

/**
 * The version of the analysis in this folder. An index that another version made is made
 * again, so this number grows with every change of what is a term.
 */
export const analyzerVersion = 4

/** Of a longer text, words are counted in this many of its first UTF-16 units, which tell its language, too. */
export const countedLength = 20_000

// Amounts with commas; words, with the characters that join their parts; flags; emoji. The second is the same for ASCII alone, which is faster.
const chunk =
  /(?<![\p{L}\p{N},._])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\p{L}\p{N},])|[\p{L}\p{N}\p{M}\u00AD\u0640\u200B-\u200F\u2060\uFEFF]+(?:['’ʼ＇._\-‐‑][\p{L}\p{N}\p{M}\u00AD\u200B-\u200F\u2060\uFEFF]+)*|[\u{1F1E6}-\u{1F1FF}]{2}|(?![©®™])\p{Extended_Pictographic}/gu
const asciiChunk =
  /(?<![A-Za-z0-9,._])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![A-Za-z0-9,])|[A-Za-z0-9]+(?:['._-][A-Za-z0-9]+)*/g

/** A word of a text with its place, in UTF-16 units. */
export interface Chunk {
  readonly text: string
  readonly index: number
}

/** What stands between spaces and punctuation in a text, in order. */
export function* chunksOf(text: string): Generator<Chunk> {
  for (const found of text.matchAll(isAscii(text) ? asciiChunk : chunk)) yield { text: found[0], index: found.index }
}

/** The texts of {@link chunksOf}. */
export function chunkTexts(text: string): readonly string[] {
  return text.match(isAscii(text) ? asciiChunk : chunk) ?? []
}

/** The language of a text, as far as its function words tell it. */
export function languageOf(text: string): Language {
  return languageOfChunks(chunkTexts(text))
}

function languageOfChunks(chunks: readonly string[]): Language {
  const guess = new LanguageGuess()
  for (const each of chunks) guess.note(isAscii(each) ? each.toLowerCase().replaceAll("'", '') : fold(clean(each)))
  return guess.language
}

/**
 * The terms of a text in order, by which search finds it; a term stands as often as the text
 * has it. All texts and queries are analyzed here, so that every store agrees on what a word
 * is. A term has no spaces.
 */
export function indexTerms(text: string): string[] {
  const chunks = chunkTexts(text.length > countedLength ? text.slice(0, countedLength).toWellFormed() : text)
  const language = languageOfChunks(chunks)
  const terms: string[] = []
  for (const each of chunks) for (const term of termsOfChunk(each, language)) terms.push(term)
  if (text.length > countedLength) addRest(terms, text.slice(countedLength).toWellFormed(), language)
  return terms
}

/** Words that stand only behind what is counted are found too, as if they stood there once. */
function addRest(terms: string[], rest: string, language: Language): void {
  const known = new Set(terms)
  for (const { text } of chunksOf(rest)) {
    for (const term of termsOfChunk(text, language)) {
      if (known.has(term)) continue
      known.add(term)
      terms.push(term)
    }
  }
}

/**
 * The words of a text in order, in lowercase, without accents and stop words. Letters of a script without spaces come
 * as they stand together.
 */
export function searchTerms(text: string): string[] {
  return chunkTexts(text)
    .flatMap((each) => partsOf(each).flatMap(({ words, run }) => (run === undefined ? words : [...words, run])))
    .map(fold)
    .filter((word) => !isStopWord(word, 'en'))
}

const cache = new Map<string, readonly string[]>()
const maxCached = 20_000

/** The terms of one chunk. Cached: stemming takes microseconds, and a language has few words. */
export function termsOfChunk(text: string, language: Language): readonly string[] {
  const key = language === 'en' ? text : `${language}:${text}`
  const known = cache.get(key)
  if (known) return known
  const terms: string[] = []
  for (const { words, run } of partsOf(text)) {
    for (const word of words) terms.push(...stemsOf(word, language))
    // One by one: a run may be longer than a call takes arguments.
    if (run !== undefined) for (const gram of gramsOf(run)) terms.push(gram)
  }
  if (text.length <= 24) {
    if (cache.size >= maxCached) cache.clear()
    cache.set(key, terms)
  }
  return terms
}

/** A part of a chunk: words, the whole before its parts, or a run of a script that sets no spaces. */
export interface Part {
  readonly words: readonly string[]
  readonly run?: string
}

const unspaced =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ーｰ々〆]/u
const runs =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ーｰ々〆]+|[^\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ーｰ々〆]+/gu

/** Takes a chunk apart. */
export function partsOf(text: string): Part[] {
  if (/^[a-z]+$/.test(text)) return [{ words: [text] }]
  const whole = clean(text).replaceAll(/[’ʼ]/g, "'")
  const amount = /^\d{1,3}(?:(?:,\d{3})+(?:\.\d+)?|(?:_\d{3})+)$/.test(whole)
    ? whole.replaceAll(/[,_]/g, '')
    : undefined
  if (amount !== undefined) return [{ words: [amount, ...whole.split(/[,_.]/)] }]
  const parts: Part[] = []
  for (const piece of whole.split(/[._]/)) {
    if (unspaced.test(piece)) {
      for (const [run] of piece.matchAll(runs))
        parts.push(unspaced.test(run) ? { words: [], run } : { words: wordsOf(run) })
    } else parts.push({ words: wordsOf(piece) })
  }
  // "U.S.A." and "Ph.D." are found by "USA" and "PhD".
  if (/^\p{L}{1,2}(?:\.\p{L}{1,2})+$/u.test(whole)) parts.unshift({ words: [whole.replaceAll('.', '')] })
  // Versions, addresses, amounts: 5.3.2 is more than 5, 3 and 2.
  if (/^\d+(?:\.\d+)+$/.test(whole)) parts.unshift({ words: [whole] })
  return parts
}

// Articles and the like that French and Italian join to the next word.
const elided = /^(?:[ldjmtsnc]|qu|jusqu|lorsqu|puisqu|dell|all|nell|sull|dall|un|quest|quell)'(?=..)/

function withoutElision(part: string): string {
  return part.includes("'") ? part.slice(elided.exec(part.toLowerCase())?.[0].length ?? 0) : part
}

/** Words joined by hyphens, apostrophes and capitals: the whole, then its parts. */
function wordsOf(piece: string): string[] {
  const joined = piece.split(/[-‐‑]/)
  const words = joined.flatMap((part) => {
    const bare = withoutElision(part)
      .replace(/'[sS]$/, '')
      .replaceAll("'", '')
    const humps = humpsOf(bare)
    return humps.length > 1 ? [bare, ...humps.filter((hump) => hump.length > 1)] : [bare]
  })
  // "e-mail" is found by "email".
  if (joined.length === 2 && piece.length <= 30) words.unshift(joined.join('').replaceAll("'", ''))
  return words.filter((word) => word !== '')
}

/** Names with more digits are numbers of something. */
const mostNameChars = 24

/** The parts of a word in camel case, and of a name with a number: `parse`, `HTTP`, `Request`; `python` of `python3`. */
function humpsOf(word: string): string[] {
  const names = /\d/.test(word) && word.length <= mostNameChars ? (word.match(/\p{L}{3,}/gu) ?? []) : []
  const humps = capitalsOf(word)
  const more = names
    .flatMap((name) => [name, ...capitalsOf(name)])
    .filter((part) => part !== word && !humps.includes(part))
  return [...humps, ...new Set(more)]
}

function capitalsOf(word: string): string[] {
  if (!/[\p{Ll}\d]\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u.test(word)) return [word]
  return word
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(' ')
}

/**
 * Terms of a run without spaces: each pair of neighboring letters, and the last one. Pairs
 * need no dictionary, which would differ between versions of ICU and so between an index and its queries.
 */
export function gramsOf(run: string): string[] {
  const units = unitsOf(run)
  return units.map((unit, at) => unit + (units[at + 1] ?? ''))
}

/** The letters of a run, each with its marks. */
export function unitsOf(run: string): string[] {
  return fold(run).match(/\P{M}\p{M}*/gu) ?? []
}
