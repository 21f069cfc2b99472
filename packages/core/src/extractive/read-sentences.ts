import { detectLanguage } from '../languages/detect-language.ts'
import type { Language } from '../languages/function-words.ts'
import type { PartKind } from '../layout/block.ts'
import { sentenceForm } from '../text/sentence-form.ts'
import { splitSentences } from '../text/sentences.ts'
import { termReader } from './terms.ts'

/** A sentence of a text as far as a search for answers needs it. Plain data, so that it can be kept. */
export interface ReadSentence {
  /** Where it is in its text, in UTF-16 offsets. */
  readonly start: number
  readonly end: number
  readonly kind: PartKind
  /** Its terms in order, repeats included, with spaces between them. */
  readonly terms: string
  /** How well it stands alone, from 0 to 1. */
  readonly form: number
}

/** The sentences of a text, in order, read in one language. */
export interface ReadText {
  readonly language: Language
  readonly sentences: readonly ReadSentence[]
}

/** Reads a text once for all questions about it. By default in the language that its words tell. */
export function readSentences(text: string, language: Language = detectLanguage(text)): ReadText {
  const read = termReader(language)
  const sentences = splitSentences(text, language).map(({ start, end, kind }): ReadSentence => {
    const words = text.slice(start, end)
    const terms = read(words)
    return { start, end, kind, terms: terms.join(' '), form: formOf(kind, words, terms.length) }
  })
  return { language, sentences }
}

/** A row of a table says something under the names of its columns; headings and what is no text are never quoted. */
function formOf(kind: PartKind, text: string, terms: number): number {
  if (kind === 'sentence') return sentenceForm(text, terms)
  return kind === 'row' && terms > 0 ? 0.6 : 0
}
