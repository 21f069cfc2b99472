import { stemmer as dutch } from '@orama/stemmers/dutch'
import { stemmer as english } from '@orama/stemmers/english'
import { stemmer as french } from '@orama/stemmers/french'
import { stemmer as german } from '@orama/stemmers/german'
import { stemmer as greek } from '@orama/stemmers/greek'
import { stemmer as hindi } from '@orama/stemmers/indian'
import { stemmer as italian } from '@orama/stemmers/italian'
import { stemmer as portuguese } from '@orama/stemmers/portuguese'
import { stemmer as russian } from '@orama/stemmers/russian'
import { stemmer as spanish } from '@orama/stemmers/spanish'

import { functionWords } from '../languages/function-words.ts'
import type { Language } from '../languages/function-words.ts'

/** No word is longer; longer strings are kept as they are. */
const maxStemmedChars = 40

// "women's" is one word, not "women" and "s". No flag i: together with \p{L} it takes V8 0.1 s to compile.
const cliticAfterApostrophe = /['’](?:[stdmSTDM]|ll|re|ve|LL|RE|VE)(?![\p{L}\p{N}])/gu
const word = /[\p{L}\p{N}\p{M}]+/gu
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Hangul}ー々]/u
const runs =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Hangul}\p{M}ー々]+|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Hangul}ー々]+/gu

const stemmers: Partial<Record<Language, (word: string) => string>> = {
  de: german,
  el: greek,
  en: english,
  es: spanish,
  fr: french,
  hi: hindi,
  it: italian,
  nl: dutch,
  pt: portuguese,
  ru: russian,
  ar: lightArabic,
  pl: lightPolish,
}

/** Reads the terms of a text: its words in order, without stop words, reduced to their stems. */
export type TermReader = (text: string) => string[]

/**
 * The reader of a language.
 *
 * Texts use the same words over and over, and stemming is by far the most
 * expensive step, so each thread keeps the terms of the words it has met.
 *
 * Stems are those of Snowball for the language of the text. Of scripts without spaces, pairs
 * of neighboring letters are the terms: they need no dictionary.
 */
export function termReader(language: Language = 'en'): TermReader {
  const known = readers.get(language)
  if (known) return known
  const made = makeReader(language)
  readers.set(language, made)
  return made
}

const readers = new Map<Language, TermReader>()
/** Words of one language that a thread remembers; a language has few that are frequent. */
const maxWords = 20_000

function makeReader(language: Language): TermReader {
  const terms = new Map<string, readonly string[]>()
  const stops = foldedStops(language)
  const stem = stemmers[language] ?? ((found: string) => found)

  const read = (found: string): readonly string[] => {
    const folded = fold(found)
    if (stops.has(folded)) return []
    if (found.length > maxStemmedChars) return unspaced.test(found) ? runsOf(found) : [folded]
    if (unspaced.test(found)) return runsOf(found)
    // Stemmers know the accents of their language. Words in Latin script within another are names.
    const isForeign = /^[a-z\d]+$/i.test(found) && !stemmers[language]
    return [isForeign ? folded : fold(stem(found.toLowerCase()))]
  }

  return (text) =>
    wordsOf(text).flatMap((found) => {
      const known = terms.get(found)
      if (known !== undefined) return known
      const made = read(found)
      if (terms.size >= maxWords) terms.clear()
      if (found.length <= maxStemmedChars) terms.set(found, made)
      return made
    })
}

function wordsOf(text: string): string[] {
  // Most texts are ASCII and skip normalization.
  const isAscii = /^[\0-\x7f]*$/.test(text)
  const plain = isAscii
    ? text
    : streamSafe(text)
        .normalize('NFC')
        .replaceAll(/[\u00AD\u200B-\u200F\u2060\uFEFF\u0640]/g, '')
  return plain.replaceAll(cliticAfterApostrophe, '').match(word) ?? []
}

/** Cuts runs of marks that no writing needs: normalizing sorts the marks of a letter, in the square of their number. */
function streamSafe(text: string): string {
  if (!/\p{M}{31}/u.test(text)) return text
  return text.replaceAll(/\p{M}+/gu, (marks) => Array.from(marks).slice(0, 30).join(''))
}

/** A word in lower case, without accents and signs of vowels. */
function fold(found: string): string {
  if (/^[\0-\x7f]*$/.test(found)) return found.toLowerCase()
  return found
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036F\u0591-\u05C7\u0610-\u061A\u064B-\u065F\u0670\u093C]/g, '')
    .replaceAll(/[أإآٱ]/g, 'ا')
    .replaceAll('ى', 'ي')
    .replaceAll('ة', 'ه')
    .replaceAll('ς', 'σ')
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .normalize('NFC')
}

/** Pairs of neighboring letters, and single ones that stand alone. Hiragana is grammar, unless there is nothing else. */
function runsOf(found: string): string[] {
  return (found.match(runs) ?? []).flatMap((run) => {
    if (!unspaced.test(run)) return [fold(run)]
    const whole = run.normalize('NFKC')
    const telling = whole.split(/[\p{Script=Hiragana}]+/u).filter((part) => part !== '')
    return (telling.length > 0 ? telling : [whole]).flatMap(pairsOf)
  })
}

function pairsOf(run: string): string[] {
  const letters = run.match(/\P{M}\p{M}*|\p{M}+/gu) ?? []
  return letters.length === 1 ? letters : letters.slice(1).map((letter, index) => (letters[index] ?? '') + letter)
}

/** Light10 by L. Larkey, L. Ballesteros and M. Connell, "Light stemming for Arabic information retrieval", 2007. */
function lightArabic(found: string): string {
  let stem = fold(found)
    .replace(/^و(?=.{3})/u, '')
    .replace(/^(?:ال|بال|كال|فال|لل)(?=.{2})/u, '')
  for (const ending of ['ها', 'ان', 'ات', 'ون', 'ين', 'يه', 'ه', 'ي', 'ا']) {
    if (stem.endsWith(ending) && stem.length - ending.length >= 2) stem = stem.slice(0, -ending.length)
  }
  return stem
}

/** Polish endings of cases and persons. */
function lightPolish(found: string): string {
  return found.replace(
    /(?<=\p{L}{4})(?:ami|ach|owi|iem|ego|emu|ymi|imi|ych|ich|em|om|ów|ie|ia|ią|ię|y|i|a|ą|e|ę|o|u)$/u,
    '',
  )
}

const stopSets = new Map<Language, ReadonlySet<string>>()

function foldedStops(language: Language): ReadonlySet<string> {
  const known = stopSets.get(language)
  if (known) return known
  const stops = new Set([...functionWords(language)].map(fold))
  stopSets.set(language, stops)
  return stops
}
