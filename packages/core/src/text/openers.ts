import { functionWords } from '../languages/function-words.ts'
import type { Language } from '../languages/function-words.ts'

/**
 * Tells whether a capitalized word begins a sentence rather than a name: function
 * words are capitalized nowhere else.
 *
 * @param word - Letters only, in any case.
 */
export function isOpener(word: string, language: Language = 'en'): boolean {
  if (word === '') return false
  return functionWords(language).has(word.toLowerCase())
}
