import { editsOf } from './edits.ts'
import type { Language } from './languages.ts'
import { stemsOf } from './stem.ts'

/** The words of a few queries, each with some four hundred forms. */
const mostKept = 16
const kept = new Map<string, ReadonlySet<string>>()

/**
 * The index terms of all words at one edit from a word. The store asks for them, then each snippet of the same search,
 * and a second page.
 *
 * @param word - Folded.
 */
export function similarForms(word: string, language: Language): ReadonlySet<string> {
  const name = `${language}:${word}`
  const known = kept.get(name)
  if (known) return known
  const forms = new Set<string>()
  for (const edit of editsOf(word)) for (const form of stemsOf(edit, language)) forms.add(form)
  // A map iterates in the order of insertion.
  if (kept.size >= mostKept) for (const oldest of [...kept.keys()].slice(0, 1)) kept.delete(oldest)
  kept.set(name, forms)
  return forms
}
