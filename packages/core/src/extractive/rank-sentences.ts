import { centroid, dot, heaviest, normalized } from './sparse-vector.ts'
import type { SparseVector } from './sparse-vector.ts'

/** A sentence to be ranked. */
export interface RankedSentence {
  /** Its terms in order; repeats count. */
  readonly terms: readonly string[]
  /** How well it stands alone, from 0, which is never chosen, to 1. */
  readonly form: number
  /** Whether it is the first sentence of its passage, or the first below a heading. */
  readonly leads: boolean
}

/** Two sentences closer than this say the same. A cosine. */
const redundant = 0.5

/** Terms that make up a centroid; the tail of rare ones only favors long sentences. */
const centroidTerms = 120

/**
 * Chooses the most informative sentences, best first, none repeating another.
 *
 * Centrality is the cosine of a sentence's tf-idf vector with the centroid of
 * all of them, each sentence counting as a document (D. Radev et al.,
 * "Centroid-based summarization of multiple documents", 2004). Redundancy is removed
 * greedily, after J. Carbonell and J. Goldstein, "The use of MMR", 1998.
 *
 * Pure and deterministic: of equal sentences, the earlier one comes first.
 *
 * @returns indices into `sentences`; headings and sentences without terms never.
 */
export function rankSentences(sentences: readonly RankedSentence[], limit: number): number[] {
  const idf = inverseFrequencies(sentences)
  const vectors = sentences.map((sentence) => weigh(sentence.terms, idf))
  const central = heaviest(centroid(vectors.filter((_, index) => (sentences[index]?.form ?? 0) > 0)), centroidTerms)
  const scores = sentences.map(
    ({ form, leads }, index) => dot(vectors[index] ?? new Map(), central) * form * (leads ? 1.15 : 1),
  )
  return chooseDistinct(scores, vectors, limit)
}

/** A term's weight is log(1 + N / df). */
function inverseFrequencies(sentences: readonly RankedSentence[]): SparseVector {
  const counts = new Map<string, number>()
  for (const { terms } of sentences) {
    for (const term of new Set(terms)) counts.set(term, (counts.get(term) ?? 0) + 1)
  }
  for (const [term, count] of counts) counts.set(term, Math.log(1 + sentences.length / count))
  return counts
}

function weigh(terms: readonly string[], idf: SparseVector): SparseVector {
  const weights = new Map<string, number>()
  for (const term of terms) weights.set(term, (weights.get(term) ?? 0) + (idf.get(term) ?? 0))
  return normalized(weights)
}

/** Indices of scores above 0, highest first; of equal ones the earlier first. */
function indicesByScore(scores: readonly number[]): number[] {
  return scores
    .map((_, index) => index)
    .filter((index) => (scores[index] ?? 0) > 0)
    .toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
}

function chooseDistinct(scores: readonly number[], vectors: readonly SparseVector[], limit: number): number[] {
  const order = indicesByScore(scores)
  const chosen: number[] = []
  const postings = new Map<string, { readonly rank: number; readonly weight: number }[]>()

  for (const index of order) {
    if (chosen.length === limit) break
    const vector = vectors[index] ?? new Map()
    if (repeats(vector, postings)) continue
    for (const [term, weight] of vector) {
      const posting = { rank: chosen.length, weight }
      const known = postings.get(term)
      if (known === undefined) postings.set(term, [posting])
      else known.push(posting)
    }
    chosen.push(index)
  }
  return chosen
}

/** Whether a chosen sentence says the same. Compares only those that share a term, so that many may be chosen. */
function repeats(
  vector: SparseVector,
  postings: ReadonlyMap<string, readonly { readonly rank: number; readonly weight: number }[]>,
): boolean {
  const cosines = new Map<number, number>()
  for (const [term, weight] of vector) {
    for (const posting of postings.get(term) ?? []) {
      const cosine = (cosines.get(posting.rank) ?? 0) + weight * posting.weight
      if (cosine > redundant) return true
      cosines.set(posting.rank, cosine)
    }
  }
  return false
}
