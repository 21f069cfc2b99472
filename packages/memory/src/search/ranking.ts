/**
 * How searches rank, on every store alike.
 *
 * What a word is worth is counted among the records that passed the filter of
 * the search, the asker's clearance included. So nothing that an asker can't
 * see has any influence on what it gets, nor on its order.
 *
 * 1. The store finds, for each term, the records that hold it, and keeps those
 *    that rank highest by {@link rankMatches}: a pool a few times as large as
 *    what was asked for.
 * 2. The memory ranks the pool by {@link rankTexts}, which looks at the texts
 *    themselves.
 */

/** A record by its `seq`, and its score. */
export interface RankedMatch {
  readonly seq: number
  readonly score: number
}

/** What {@link rankMatches} made of the matches of a search. */
export interface RankedMatches {
  /** Best first, the newer one first among equals. */
  readonly best: readonly RankedMatch[]
  /** For each term the number of records that hold it. */
  readonly frequencies: readonly number[]
  /** Records that hold any of the terms. */
  readonly matches: number
}

/**
 * Ranks records by which terms they hold: rarer terms count more.
 *
 * @param holders - For each term the `seq` of each record that holds it.
 * @param limit - How many to keep.
 */
export function rankMatches(holders: readonly (readonly number[])[], limit: number): RankedMatches {
  const scores = new Map<number, number>()
  for (const seqs of holders) for (const seq of seqs) scores.set(seq, 0)
  for (const seqs of holders) {
    const weight = weightOf(seqs.length, scores.size)
    for (const seq of seqs) scores.set(seq, (scores.get(seq) ?? 0) + weight)
  }
  const best = Array.from(scores, ([seq, score]) => ({ seq, score }))
    .toSorted((a, b) => b.score - a.score || b.seq - a.seq)
    .slice(0, limit)
  return { best, frequencies: holders.map(({ length }) => length), matches: scores.size }
}

/**
 * Scores texts by Okapi BM25 (Robertson and Zaragoza, "The Probabilistic
 * Relevance Framework: BM25 and Beyond", 2009), with the lengths of the pool
 * as the usual ones.
 *
 * @param texts - By all their terms, in order.
 * @returns the scores, in the order of the texts.
 */
export function rankTexts(
  texts: readonly { readonly terms: readonly string[] }[],
  terms: readonly string[],
  { frequencies, matches }: Pick<RankedMatches, 'frequencies' | 'matches'>,
): number[] {
  const weights = new Map(terms.map((term, index) => [term, weightOf(frequencies[index] ?? 0, matches)]))
  const usualLength = texts.reduce((sum, text) => sum + text.terms.length, 0) / Math.max(1, texts.length)
  return texts.map((text) => {
    const counts = new Map<string, number>()
    for (const term of text.terms) if (weights.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1)
    const lengthFactor = 1 - lengthWeight + (lengthWeight * text.terms.length) / Math.max(1, usualLength)
    let score = 0
    for (const [term, count] of counts) {
      score += ((weights.get(term) ?? 0) * count * (saturation + 1)) / (count + saturation * lengthFactor)
    }
    return score
  })
}

/** BM25's k1: how soon saying a word more often stops counting. */
const saturation = 1.2
/** BM25's b: how much long texts are held back. */
const lengthWeight = 0.75

/** BM25's inverse document frequency, in the form that is never negative. */
function weightOf(holders: number, matches: number): number {
  return Math.log(1 + (matches - holders + 0.5) / (holders + 0.5))
}
