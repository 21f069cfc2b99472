import { termReader } from './terms.ts'

// Words that say what to do with the text, not what to look for in it.
const asking =
  'answer ask base briefly bullet cite concern describe detail discuss document done essay explain extract fact find ' +
  'following gather give given happen identify important key know learn list made main make mention name note outline ' +
  'overview page paragraph passage please point provide question quote read regard relevant report said say section ' +
  'sentence short show state statement summarise summarize summary take tell text thing topic use want write'

/** The stems of these words. */
export const askingStems: ReadonlySet<string> = new Set(termReader('en')(asking))
