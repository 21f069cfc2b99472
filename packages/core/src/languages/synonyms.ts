import type { TermReader } from '@skein/memory/runtime'

import type { Language } from './function-words.ts'
import type { Meaning, Meanings } from './meanings/en.ts'

/** Words that may mean the same. */
export interface Synonyms {
  /**
   * The terms of other words for a word, in all languages that were loaded.
   *
   * @param forms - The terms of the word as each language reads it.
   */
  of(forms: ReadonlyMap<Language, readonly string[]>): ReadonlySet<string>
}

export const noSynonyms: Synonyms = { of: () => new Set() }

/** What the terms of a language mean, and which terms mean that. */
interface Vocabulary {
  readonly meaningsOf: ReadonlyMap<string, readonly Meaning[]>
  readonly termsOf: ReadonlyMap<Meaning, readonly string[]>
}

// Each list is some 10 KB, so a thread loads those of the languages that somebody asks in.
const lists: Readonly<Partial<Record<Language, () => Promise<Meanings>>>> = {
  ar: async () => (await import('./meanings/ar.ts')).ar,
  de: async () => (await import('./meanings/de.ts')).de,
  en: async () => (await import('./meanings/en.ts')).en,
  es: async () => (await import('./meanings/es.ts')).es,
  fr: async () => (await import('./meanings/fr.ts')).fr,
  hi: async () => (await import('./meanings/hi.ts')).hi,
  it: async () => (await import('./meanings/it.ts')).it,
  ja: async () => (await import('./meanings/ja.ts')).ja,
  ko: async () => (await import('./meanings/ko.ts')).ko,
  nl: async () => (await import('./meanings/nl.ts')).nl,
  pl: async () => (await import('./meanings/pl.ts')).pl,
  pt: async () => (await import('./meanings/pt.ts')).pt,
  ru: async () => (await import('./meanings/ru.ts')).ru,
  zh: async () => (await import('./meanings/zh.ts')).zh,
}

const vocabularies = new Map<Language, Promise<Vocabulary>>()

/** Loads the synonyms of languages. A language without a list has none. */
export async function loadSynonyms(
  languages: readonly Language[],
  readerOf: (language: Language) => TermReader,
): Promise<Synonyms> {
  const known = await Promise.all(
    languages.map(async (language) => [language, await vocabularyOf(language, readerOf(language))] as const),
  )
  return {
    of(forms) {
      const meanings = new Set(
        known.flatMap(([language, { meaningsOf }]) =>
          (forms.get(language) ?? []).flatMap((form) => meaningsOf.get(form) ?? []),
        ),
      )
      return new Set(known.flatMap(([, { termsOf }]) => [...meanings].flatMap((meaning) => termsOf.get(meaning) ?? [])))
    },
  }
}

function vocabularyOf(language: Language, read: TermReader): Promise<Vocabulary> {
  const known = vocabularies.get(language)
  if (known) return known
  const made = (lists[language]?.() ?? Promise.resolve({})).then((meanings) => readMeanings(meanings, read))
  vocabularies.set(language, made)
  return made
}

function readMeanings(meanings: Meanings, read: TermReader): Vocabulary {
  const meaningsOf = new Map<string, Meaning[]>()
  const termsOf = new Map<Meaning, readonly string[]>()
  for (const [meaning, words] of Object.entries(meanings) as [Meaning, string][]) {
    // Where spaces don't set words apart, the first pair of letters stands for a longer word.
    const terms = new Set(words.split(' ').flatMap((word) => read(word).slice(0, 1)))
    termsOf.set(meaning, [...terms])
    for (const term of terms) {
      const others = meaningsOf.get(term)
      if (others) others.push(meaning)
      else meaningsOf.set(term, [meaning])
    }
  }
  return { meaningsOf, termsOf }
}
