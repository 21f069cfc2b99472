import { stemmer } from 'stemmer'

/**
 * English words too frequent to tell texts apart. A query drops them, unless
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

/** The words of a text in lower case and without accents, in order, stop words left out. */
export function searchTerms(text: string): string[] {
  return words(text).filter((found) => !stopWords.has(found))
}

/**
 * The terms of a text in order: its words by their stem, stop words too, for
 * queries that consist of those alone. Whatever is indexed or looked for goes
 * through this, so that no store has a say in what a word is: a term holds
 * only letters, digits and marks, ASCII ones in lower case.
 */
export function termsOf(text: string): string[] {
  return words(text).map((found) => stem(found))
}

/** The different terms by which a text may be found. */
export function indexTerms(text: string): string[] {
  return [...new Set(termsOf(text))]
}

/**
 * The different terms to look for when a person or an agent searches for a
 * text, at most `most` of them: stop words only when there is nothing else.
 *
 * @param most - More terms than this make a query slow and no better.
 */
export function queryTerms(text: string, most = 64): string[] {
  // A megabyte of query still means its first words.
  const head = text.slice(0, 64 * 1024)
  const telling = searchTerms(head)
  const found = telling.length > 0 ? telling : words(head)
  return [...new Set(found.map((one) => stem(one)))].slice(0, most)
}

function words(text: string): string[] {
  // Most texts have no accents.
  const isAscii = /^[\0-\x7f]*$/.test(text)
  const plain = isAscii ? text : text.normalize('NFKD').replaceAll(/[\u0300-\u036f]/g, '')
  return plain.toLowerCase().match(word) ?? []
}

const stems = new Map<string, string>()
const mostStems = 20_000

/** Stemming takes about a microsecond, and the words of a language are few. */
function stem(text: string): string {
  const known = stems.get(text)
  if (known !== undefined) return known
  const found = stemmer(text)
  if (stems.size >= mostStems) stems.clear()
  if (text.length <= 40) stems.set(text, found)
  return found
}
