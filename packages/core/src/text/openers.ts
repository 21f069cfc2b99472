import { searchTerms } from '@skein/memory/store'

// No stop words for a search, but when they are capitalized, a sentence begins.
const openers = new Set('although another despite every last many several since within without'.split(' '))

/**
 * Tells whether a capitalized word begins a sentence rather than a name: stop
 * words are capitalized nowhere else.
 *
 * @param word - Letters only, in any case.
 */
export function isOpener(word: string): boolean {
  return word !== '' && (openers.has(word.toLowerCase()) || searchTerms(word).length === 0)
}
