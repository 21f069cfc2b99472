import type { Language } from './languages.ts'
import { stemsOf } from './stem.ts'

// The letters of the scripts in which typos are looked for, as folding leaves them.
const alphabets = [
  [/^[a-z]+$/, 'abcdefghijklmnopqrstuvwxyz'],
  [/^[а-яєіїґў]+$/, 'абвгдежзийклмнопрстуфхцчшщъыьэюяєіґ'],
  [/^[α-ω]+$/, 'αβγδεζηθικλμνξοπρστυφχψω'],
  [/^[א-ת]+$/, 'אבגדהוזחטיכלמנסעפצקרשת'],
  [/^[ء-ي]+$/, 'ءآأؤإئابتثجحخدذرزسشصضطظعغفقكلمنهوي'],
] as const

const shortest = 5
const longest = 30

/**
 * The words at one edit from a word: a letter less, more, replaced, or two neighbors swapped.
 * Short words have none, since most of theirs mean something else, nor have words with digits.
 *
 * @param word - Folded.
 */
export function editsOf(word: string): string[] {
  if (word.length < shortest || word.length > longest) return []
  const letters = alphabets.find(([script]) => script.test(word))?.[1] ?? ''
  if (letters === '') return []
  const edits: string[] = []
  for (let at = 0; at <= word.length; at += 1) {
    const before = word.slice(0, at)
    const after = word.slice(at)
    const rest = after.slice(1)
    const next = word[at]
    for (const letter of letters) {
      // A letter beside an equal one is the same on both sides of it.
      if (letter === next) continue
      edits.push(before + letter + after)
      if (next !== undefined) edits.push(before + letter + rest)
    }
    if (next === undefined || next === rest[0]) continue
    edits.push(before + rest)
    if (rest !== '') edits.push(`${before}${rest[0]}${next}${rest.slice(1)}`)
  }
  return edits
}

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
