import { stemmer } from 'stemmer'

/**
 * English words too frequent to distinguish texts. A query drops them, unless
 * it consists of nothing else.
 */
const stopWords = new Set(
  (
    'a about above after again against all also am an and any are as at be because been before being below between both but by ' +
    'can could did do does doing down during each few for from further had has have having he her here hers herself him himself ' +
    'his how i if in into is it its itself just me more most my myself no nor not now of off on once only or other our ours ' +
    'ourselves out over own same she should so some such than that the their theirs them themselves then there these they this ' +
    'those through to too under until up upon very was we were what when where which while who whom why will with would you your ' +
    'yours yourself yourselves'
  ).split(' '),
)

const word = /[\p{L}\p{N}\p{M}]+/gu

/** The words of a text in order, in lowercase, without accents and stop words. */
export function searchTerms(text: string): string[] {
  return words(text).filter((found) => !stopWords.has(found))
}

/**
 * The terms of a text in order: the stems of its words. Stop words are included
 * for queries that consist of nothing else.
 *
 * All indexed texts and all queries are tokenized here, so that every store
 * agrees on what a word is. A term contains only letters, digits and marks,
 * with ASCII letters in lowercase.
 */
export function termsOf(text: string): string[] {
  return words(text).map((found) => stem(found))
}

/** The distinct terms to index for a text. */
export function indexTerms(text: string): string[] {
  return [...new Set(termsOf(text))]
}

/**
 * The distinct terms of a query. Stop words are included only if the query
 * consists of nothing else.
 *
 * @param maxTerms - Number of terms to keep. More terms make a query slower, but not better.
 */
export function queryTerms(text: string, maxTerms = 64): string[] {
  // The first words of a very long query are enough.
  const head = text.slice(0, 64 * 1024)
  const contentWords = searchTerms(head)
  const used = contentWords.length > 0 ? contentWords : words(head)
  return [...new Set(used.map((found) => stem(found)))].slice(0, maxTerms)
}

function words(text: string): string[] {
  // Most texts are ASCII and skip normalization.
  const isAscii = /^[\0-\x7f]*$/.test(text)
  const plain = isAscii
    ? text
    : streamSafe(text)
        .normalize('NFKD')
        .replaceAll(/[\u0300-\u036f]/g, '')
  return plain.toLowerCase().match(word) ?? []
}

/**
 * Cuts runs of marks that no writing needs, as Unicode's stream-safe text format does
 * (UAX #15): normalizing sorts the marks of a letter, in the square of their number.
 */
function streamSafe(text: string): string {
  if (!/\p{M}{31}/u.test(text)) return text
  return text.replaceAll(/\p{M}+/gu, (marks) => Array.from(marks).slice(0, 30).join(''))
}

const stems = new Map<string, string>()
const maxStems = 20_000

/** Caches stems: stemming takes about a microsecond, and a language has few words. */
function stem(text: string): string {
  const known = stems.get(text)
  if (known !== undefined) return known
  const found = stemmer(text)
  if (stems.size >= maxStems) stems.clear()
  if (text.length <= 40) stems.set(text, found)
  return found
}
