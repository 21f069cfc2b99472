import { termReader as readerOf } from '@skein/memory/runtime'
import type { TermReader } from '@skein/memory/runtime'

import { functionWords } from '../languages/function-words.ts'
import type { Language } from '../languages/function-words.ts'

const readers = new Map<Language, TermReader>()

/**
 * The reader of a language: the words of a text in order, without stop words, as search understands them. Texts use the
 * same words over and over, so each thread keeps one reader with the words that it has met.
 */
export function termReader(language: Language = 'en'): TermReader {
  const known = readers.get(language)
  if (known) return known
  const made = readerOf(language, functionWords(language))
  readers.set(language, made)
  return made
}
