import { fold } from './fold.ts'
import { stemmers } from './languages.ts'
import { chunkTexts, gramsOf, partsOf } from './search-terms.ts'
import { plainStems } from './stem.ts'

/** Reads the terms of a text, in order and with repeats. */
export type TermReader = (text: string) => string[]

/** Words of one language that a reader remembers; a language has few that are frequent. */
const maxKnown = 20_000
const maxKnownChars = 24

const contraction = /(?:n['’]t|['’](?:s|d|m|ll|re|ve))$/iu

/**
 * Makes a reader of texts whose language is known. What a word is, is decided as in search. Unlike search, a reader
 * leaves out function words and hiragana, which is mostly endings, and its stems don't bear a language.
 *
 * @param language - As BCP 47 names it. Words in Latin script are stemmed as English where it is not written in that.
 * @param functionWords - In any case and with accents.
 *
 * @example
 * ```ts
 * import { termReader } from '@skein/memory/runtime'
 *
 * termReader('en', ['the', 'of'])('The prices of coffee') // => ['price', 'coffe']
 * ```
 */
export function termReader(language: string, functionWords: Iterable<string>): TermReader {
  const stops = new Set(Array.from(functionWords, fold))
  const [latin, isEnglish] = latinStemmer(language)
  const known = new Map<string, readonly string[]>()

  const termsOf = (chunk: string): string[] => {
    // "we'll" is a form of "we".
    if (stops.has(fold(chunk.replace(contraction, '')))) return []
    return partsOf(chunk).flatMap(({ words, run }) => [
      ...words.filter((word) => !stops.has(fold(word))).flatMap((word) => plainStems(word, latin, isEnglish)),
      ...(run === undefined || stops.has(fold(run)) ? [] : pairsOf(run)),
    ])
  }

  return (text) => {
    const terms: string[] = []
    for (const chunk of chunkTexts(text)) {
      let found = known.get(chunk)
      if (!found) {
        found = termsOf(chunk)
        if (known.size >= maxKnown) known.clear()
        if (chunk.length <= maxKnownChars) known.set(chunk, found)
      }
      for (const term of found) terms.push(term)
    }
    return terms
  }
}

function latinStemmer(language: string): readonly [(word: string) => string, boolean] {
  if (language === 'pl') return [lightPolish, false]
  const stemmer = Object.entries(stemmers).find(([name]) => name === language)?.[1]
  return stemmer ? [stemmer, language === 'en'] : [stemmers.en, true]
}

/** The pairs of a run, without hiragana unless there is nothing else. */
function pairsOf(run: string): string[] {
  const parts = run.split(/\p{Script=Hiragana}+/u).filter((part) => part !== '')
  return (parts.length > 0 ? parts : [run]).flatMap((part) => {
    const grams = gramsOf(part)
    // A last letter is a term in an index alone, where words begin with it.
    return grams.length > 1 ? grams.slice(0, -1) : grams
  })
}

/** Polish endings of cases and persons. */
function lightPolish(word: string): string {
  return word.replace(
    /(?<=\p{L}{4})(?:ami|ach|owi|iem|ego|emu|ymi|imi|ych|ich|em|om|ów|ie|ia|ią|ię|y|i|a|ą|e|ę|o|u)$/u,
    '',
  )
}
