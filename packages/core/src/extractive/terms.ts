import { searchTerms } from '@skein/memory/store'
import { stemmer } from 'stemmer'

/** No English word is longer; longer strings are kept as they are. */
const maxStemmedChars = 40

// "women's" is one word, not "women" and "s". No flag i: together with \p{L} it takes V8 0.1 s to compile.
const cliticAfterApostrophe = /['’](?:[stdmSTDM]|ll|re|ve|LL|RE|VE)(?![\p{L}\p{N}])/gu

/** Reads the terms of a text: its words in order, without stop words, reduced to their stems. */
export type TermReader = (text: string) => string[]

/**
 * Creates a reader that caches the stems it has found.
 *
 * A text uses the same words over and over, and stemming is by far the most
 * expensive step. The cache lives as long as the reader: make one per task.
 *
 * Stems are those of M. F. Porter, "An algorithm for suffix stripping",
 * Program 14(3), 1980.
 */
export function termReader(): TermReader {
  const stems = new Map<string, string>()

  return (text) =>
    searchTerms(text.replaceAll(cliticAfterApostrophe, '')).map((word) => {
      const known = stems.get(word)
      if (known !== undefined) return known
      const stem = word.length > maxStemmedChars ? word : stemmer(word)
      stems.set(word, stem)
      return stem
    })
}
