import type { TermReader } from './terms.ts'

/** Only the first part of a question counts; the context that follows would drown it. In UTF-16 units. */
const maxChars = 4_000

// Words that say what to do with the text, not what to look for in it.
const asking =
  'answer ask base briefly bullet cite concern describe detail discuss document done essay explain extract fact find ' +
  'following gather give given happen identify important key know learn list made main make mention name note outline ' +
  'overview page paragraph passage please point provide question quote read regard relevant report said say section ' +
  'sentence short show state statement summarise summarize summary take tell text thing topic use want write'

/**
 * The terms that a question asks about.
 *
 * @returns none for a plain "Summarize this report".
 */
export function questionTerms(question: string, read: TermReader): string[] {
  const noise = new Set(read(asking))
  return [...new Set(read(question.slice(0, maxChars)))].filter((term) => !noise.has(term))
}
