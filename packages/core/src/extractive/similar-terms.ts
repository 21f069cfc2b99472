import type { Concept } from './question-concepts.ts'

/** Whether a term is a form of a word, or a compound with it: "Mühlteich" and "Teich", "build" and "builder". */
export function isSimilar(term: string, { terms, isGram, hasCompounds }: Concept): boolean {
  // One letter stands for a word, which others may hold.
  if (isGram) return [...terms].some((one) => one.length === 1 && term.includes(one))
  if (term.length < 4) return false
  for (const one of terms) {
    const [short, long] = one.length < term.length ? [one, term] : [term, one]
    if (short.length < 4) continue
    // Of English words, "word" and "password" or "land" and "England" have little in common.
    if (long.endsWith(short) && (hasCompounds || short.length >= 6)) return true
    let same = 0
    while (same < short.length && short[same] === long[same]) same += 1
    if (same >= 5 && same >= short.length * 0.75 && long.length - same <= 4) return true
    if (same === short.length && (same >= 5 || long.length - same <= 4)) return true
  }
  return false
}
