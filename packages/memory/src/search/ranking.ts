/**
 * Search ranking, the same on every store.
 *
 * Term weights count only records that pass the search's filter, which includes
 * the caller's clearance. So records that a caller can't see influence neither
 * its results nor their order.
 *
 * 1. For each term, the store finds the records that contain it. It keeps the
 *    top ones by {@link rankMatches}, a pool a few times the requested size.
 * 2. The memory ranks the pool by {@link rankTexts}, which scores the texts
 *    themselves.
 */

/** A record, identified by its `seq`, and its score. */
export interface RankedMatch {
  readonly seq: number
  readonly score: number
}

/** The result of {@link rankMatches}. */
export interface RankedMatches {
  /** Best first; among equal scores, newest first. */
  readonly best: readonly RankedMatch[]
  /** For each term, the number of records that contain it. */
  readonly frequencies: readonly number[]
  /** The number of records that contain any of the terms. */
  readonly matches: number
}

/**
 * Ranks records by the terms that they contain. Rarer terms count more.
 *
 * @param postings - For each term, the `seq` of each record that contains it.
 * @param limit - Maximum number of records to keep.
 */
export function rankMatches(postings: readonly (readonly number[])[], limit: number): RankedMatches {
  const scores = new Map<number, number>()
  for (const seqs of postings) for (const seq of seqs) scores.set(seq, 0)
  for (const seqs of postings) {
    const weight = weightOf(seqs.length, scores.size)
    for (const seq of seqs) scores.set(seq, (scores.get(seq) ?? 0) + weight)
  }
  const best = Array.from(scores, ([seq, score]) => ({ seq, score }))
    .toSorted((a, b) => b.score - a.score || b.seq - a.seq)
    .slice(0, limit)
  return { best, frequencies: postings.map(({ length }) => length), matches: scores.size }
}

/**
 * Scores texts by Okapi BM25 (Robertson and Zaragoza, "The Probabilistic
 * Relevance Framework: BM25 and Beyond", 2009). The average text length is
 * that of the pool.
 *
 * @param texts - All terms of each text, in order.
 * @returns the scores, in the order of the texts.
 */
export function rankTexts(
  texts: readonly { readonly terms: readonly string[] }[],
  terms: readonly string[],
  { frequencies, matches }: Pick<RankedMatches, 'frequencies' | 'matches'>,
): number[] {
  const weights = new Map(terms.map((term, index) => [term, weightOf(frequencies[index] ?? 0, matches)]))
  const averageLength = texts.reduce((sum, text) => sum + text.terms.length, 0) / Math.max(1, texts.length)
  return texts.map((text) => {
    const counts = new Map<string, number>()
    for (const term of text.terms) if (weights.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1)
    const lengthFactor = 1 - lengthWeight + (lengthWeight * text.terms.length) / Math.max(1, averageLength)
    let score = 0
    for (const [term, count] of counts) {
      score += ((weights.get(term) ?? 0) * count * (saturation + 1)) / (count + saturation * lengthFactor)
    }
    return score
  })
}

/** BM25's k1: how fast repetitions of a term saturate. */
const saturation = 1.2
/** BM25's b: how strongly long texts are penalized. */
const lengthWeight = 0.75

/** BM25's inverse document frequency, in its never negative form. */
function weightOf(frequency: number, matches: number): number {
  return Math.log(1 + (matches - frequency + 0.5) / (frequency + 0.5))
}
