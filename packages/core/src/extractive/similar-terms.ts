import type { Concept } from './question-concepts.ts'

/** What another form of a word counts, or a compound with it. */
export const similar = 0.6
/** What a longer word counts that begins alike, where words are not written together: "light" and "lighthouse". */
const beginning = 0.5
/** The least letters of a compound's first part: more than those of beginnings that many words have, such as "unter". */
const firstPart = 6

/** How much a term counts as a form of a word, or as a compound with it: "Mühlteich" and "Teich", "build" and "builder". */
export function similarity(term: string, { terms, isGram, hasCompounds }: Concept): number {
  // One letter stands for a word, which others may hold.
  if (isGram) return Array.from(terms).some((one) => one.length === 1 && term.includes(one)) ? similar : 0
  if (term.length < 4) return 0
  let most = 0
  for (const one of terms) if (one.length >= 4) most = Math.max(most, similarityOf(one, term, hasCompounds))
  return most
}

function similarityOf(one: string, other: string, hasCompounds: boolean): number {
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  // Of English words, "word" and "password" or "land" and "England" have little in common.
  if (long.endsWith(short) && (hasCompounds || short.length >= 6)) return similar
  let same = 0
  while (same < short.length && short[same] === long[same]) same += 1
  const rest = long.length - same
  if (same === short.length) {
    if (hasCompounds || rest <= 3) return similar
    return same >= 5 || rest <= 4 ? beginning : 0
  }
  if (same >= 5 && same >= short.length * 0.75 && rest <= 4) return similar
  // "Leuchtwerbung" and "Leuchtreklame": the first part of a compound says what both are about.
  return hasCompounds && same >= firstPart && short.length - same >= 2 ? similar : 0
}
