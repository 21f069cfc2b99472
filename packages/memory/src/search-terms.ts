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

// Letters, digits and the marks that belong to them: the word characters of SQLite's unicode61 tokenizer.
const word = /[\p{L}\p{N}\p{M}]+/gu

/** The words of a text in lower case, in order, stop words left out. */
export function searchTerms(text: string): string[] {
  return words(text).filter((term) => !stopWords.has(term))
}

/**
 * The different words to look for when a person or an agent searches for a
 * text, at most `most` of them: stop words only when there is nothing else.
 *
 * @param most - More words than this make a query slow and no better.
 */
export function queryTerms(text: string, most = 64): string[] {
  // A megabyte of query still means its first words.
  const head = text.slice(0, 64 * 1024)
  const telling = searchTerms(head)
  return [...new Set(telling.length > 0 ? telling : words(head))].slice(0, most)
}

function words(text: string): string[] {
  return text.toLowerCase().match(word) ?? []
}
