import { detectLanguage } from '../languages/detect-language.ts'
import { functionWords } from '../languages/function-words.ts'
import type { Language } from '../languages/function-words.ts'
import { bareKorean } from '../languages/korean-words.ts'
import { noSynonyms } from '../languages/synonyms.ts'
import type { Synonyms } from '../languages/synonyms.ts'
import { askingWords } from './asking-words.ts'
import { isLightWord } from './light-words.ts'
import { termReader } from './terms.ts'

/** A word of a question, in all forms in which texts may have it. */
export interface Concept {
  readonly terms: ReadonlySet<string>
  /** The terms of other words that may mean the same. */
  readonly synonyms: ReadonlySet<string>
  /** How much it counts beside its rarity: a name more than another word. */
  readonly weight: number
  /** Whether it is capitalized within the question, as names are in most languages. */
  readonly isName: boolean
  /** Whether it is a pair of letters of a script without spaces. */
  readonly isGram: boolean
  /** Whether its language writes words together, so that the end of a longer one may be the same word. */
  readonly hasCompounds: boolean
}

const compounding: ReadonlySet<Language> = new Set<Language>(['de', 'nl', 'da', 'sv', 'ko', 'ar'])

/** Only the first part of a question counts; the context that follows would drown it. In UTF-16 units. */
const maxQuestionChars = 4_000

// How questions ask for a name, which what is asked about rarely says.
const naming = new Set(
  (
    'heißt heißen hieß hießen name namen namens appelle appelait appeler nom llama llamaba nombre chiama chiamava nome chama heet heette nazywa ' +
    'зовут звали называется имя اسم يسمى नाम'
  ).split(' '),
)
const nameWeight = 1.4
/** So little that it decides between sentences on the topic alone. */
const lightWeight = 0.2

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Hangul}]/u

/**
 * What a question asks about: its words without those of asking, each once, as the languages of the
 * texts write them.
 *
 * @returns none for a plain "Summarize this report".
 */
export function questionConcepts(
  question: string,
  languages: readonly Language[],
  synonyms: Synonyms = noSynonyms,
): Concept[] {
  const asked = detectLanguage(question)
  const head = withoutGrammar(question.slice(0, maxQuestionChars), asked)
  const readers = [...new Set([...languages, asked])].map((language) => [language, termReader(language)] as const)
  const concepts: Concept[] = []
  const seen = new Set<string>()
  for (const { 0: word, index } of head.matchAll(/[\p{L}\p{N}\p{M}'’]+/gu)) {
    if (askingWords.has(word.toLowerCase())) continue
    if (naming.has(word.toLowerCase())) continue
    if (readers.some(([language]) => functionWords(language).has(word.toLowerCase()))) continue
    const read = new Map(readers.map(([language, reader]) => [language, reader(word)]))
    const forms = [...read.values()]
    if (unspaced.test(word)) {
      for (const gram of forms[0] ?? [])
        if (!seen.has(gram) && seen.add(gram))
          concepts.push(gramOf(gram, synonyms.of(new Map(readers.map(([language]) => [language, [gram]])))))
      continue
    }
    // "leaves" and "lives" are read as forms of "leaf" and "life".
    if (/[aeiou]ve$/i.test(word)) forms.push(termReader('en')(`${word}s`))
    const terms = new Set(forms.flat())
    const [key] = terms
    if (key === undefined || seen.has(key)) continue
    for (const term of terms) seen.add(term)
    const isLight = isLightWord(termReader(asked)(word)[0] ?? '', asked)
    const isName = !isLight && asked !== 'de' && index > 0 && /^\p{Ll}?\p{Lu}/u.test(word)
    concepts.push({
      terms,
      synonyms: synonyms.of(read),
      weight: isName ? nameWeight : isLight ? lightWeight : 1,
      isName,
      isGram: false,
      hasCompounds: compounding.has(asked),
    })
  }
  return concepts
}

function gramOf(gram: string, synonyms: ReadonlySet<string>): Concept {
  return {
    terms: new Set([gram]),
    synonyms,
    weight: gram.length === 1 ? 0.5 : 1,
    isName: false,
    isGram: true,
    hasCompounds: false,
  }
}

/** A question without its function words where spaces don't set them apart. */
function withoutGrammar(question: string, language: Language): string {
  if (language === 'ko') return bareKorean(question)
  if (language !== 'ja' && language !== 'zh' && language !== 'th') return question
  const words = [...functionWords(language)].toSorted((a, c) => c.length - a.length)
  return words.reduce((text, word) => text.replaceAll(word, ' '), question)
}

/** Whether a question is about anything, rather than a plain "Summarize this report". */
export function asksForContent(question: string): boolean {
  return questionConcepts(question, []).length > 0
}
