import type { Concept } from './question-concepts.ts'

/** What another form of a word counts, or a compound with it. */
export const similar = 0.6
/** What another word counts that may mean the same. */
export const synonymous = 0.55
/** What a longer word counts that begins alike, where words are not written together: "light" and "lighthouse". */
const beginning = 0.5
/** The least letters that two compounds begin with, and those of them that are more than a prefix of verbs. */
const firstPart = 6
const leastBeyondPrefix = 4
/** With these begin verbs of German, Dutch and Scandinavian languages that have nothing else in common. */
const verbPrefix =
  /^(?:ab|an|auf|aus|be|bei|durch|ein|ent|er|her|hin|hinter|los|mit|nach|uber|um|unter|ver|vor|weg|wider|wieder|zer|zu|zuruck|zusammen|aan|af|ge|in|mee|na|om|ont|op|over|samen|terug|toe|uit|voor|weer|av|bort|for|fore|fram|frem|ned|opp|over|paa|till|til|upp|under|ut|ud)(?:ge|zu|te)?/

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
  if (hasCompounds && same - prefixOf(short).length < leastBeyondPrefix) return 0
  if (same >= 5 && same >= short.length * 0.75 && rest <= 4) return similar
  // "Leuchtwerbung" and "Leuchtreklame": the first part of a compound says what both are about.
  return hasCompounds && same >= firstPart && short.length - same >= 2 ? similar : 0
}

function prefixOf(word: string): string {
  return verbPrefix.exec(word)?.[0] ?? ''
}
