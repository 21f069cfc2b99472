import { sentenceForm } from '../text/sentence-form.ts'
import { centroid, dot, heaviest, normalized } from './sparse-vector.ts'
import type { SparseVector } from './sparse-vector.ts'

/** A sentence to be ranked. */
export interface RankedSentence {
  readonly text: string
  /** Its terms in order; repeats count. */
  readonly terms: readonly string[]
  /** Whether it is the first sentence of its passage, or the first below a heading. */
  readonly leads: boolean
}

/** What to look for. Without terms, sentences are ranked by how central they are. */
export interface RankingOptions {
  readonly questionTerms: readonly string[]
  /** Most sentences chosen. */
  readonly limit: number
}

/** Two sentences closer than this say the same. A cosine. */
const redundant = 0.5

/** Terms that make up a centroid; the tail of rare ones only favors long sentences. */
const centroidTerms = 120

/** How many of the best matches widen a question, and to how many terms. */
const feedbackSentences = 6
const feedbackTerms = 12

/** With a question, a sentence that scores less than this share of the best one is irrelevant. */
const relevantPart = 0.3

/**
 * Chooses the most informative sentences, best first, none repeating another.
 *
 * Centrality is the cosine of a sentence's tf-idf vector with the centroid of
 * all of them, each sentence counting as a document (D. Radev et al.,
 * "Centroid-based summarization of multiple documents", 2004). A question
 * outweighs it; it is widened by the terms of its best matches (pseudo
 * relevance feedback, after J. Rocchio, 1971). Redundancy is removed greedily,
 * after J. Carbonell and J. Goldstein, "The use of MMR", 1998.
 *
 * Pure and deterministic: of equal sentences, the earlier one comes first.
 *
 * @returns indices into `sentences`; headings and sentences without terms never.
 */
export function rankSentences(sentences: readonly RankedSentence[], options: RankingOptions): number[] {
  const idf = inverseFrequencies(sentences)
  const vectors = sentences.map((sentence) => weigh(sentence.terms, idf))
  const forms = sentences.map((sentence) => sentenceForm(sentence.text, sentence.terms.length))

  const central = heaviest(centroid(vectors.filter((_, index) => (forms[index] ?? 0) > 0)), centroidTerms)
  const relevance = matches(options.questionTerms, sentences, vectors, idf)
  const scores = sentences.map((sentence, index) => {
    const centrality = dot(vectors[index] ?? new Map(), central)
    const base = relevance === undefined ? centrality : (relevance[index] ?? 0) * (0.8 + 0.2 * centrality)
    return base * (forms[index] ?? 0) * (sentence.leads ? 1.15 : 1)
  })
  return chooseDistinct(scores, vectors, options.limit, relevance === undefined ? 0 : relevantPart)
}

/** How well each sentence answers the question, from 0; `undefined` when the question names nothing in them. */
function matches(
  questionTerms: readonly string[],
  sentences: readonly RankedSentence[],
  vectors: readonly SparseVector[],
  idf: SparseVector,
): number[] | undefined {
  const question = questionWeights(questionTerms, sentences.length, idf)
  if (question.size === 0) return undefined

  let total = 0
  for (const weight of question.values()) total += weight
  const first = sentences.map(({ terms }) => coverage(terms, question) / total)
  const best = indicesByScore(first).slice(0, feedbackSentences)
  const wide = heaviest(centroid(best.map((index) => vectors[index] ?? new Map())), feedbackTerms)
  return first.map((match, index) => match + 0.35 * dot(vectors[index] ?? new Map(), wide))
}

/**
 * Weighs the terms of a question by how well they distinguish sentences: those
 * that the text mentions often, but not everywhere, count most (H. P. Luhn,
 * "The automatic creation of literature abstracts", 1958). By idf alone the
 * rarest word would win, and in "How is inflation fought?" that is "fought".
 */
function questionWeights(terms: readonly string[], sentences: number, idf: SparseVector): SparseVector {
  const weights = new Map<string, number>()
  for (const term of terms) {
    const rarity = idf.get(term)
    if (rarity === undefined) continue
    const frequency = sentences / Math.expm1(rarity)
    weights.set(term, rarity * Math.log1p(frequency))
  }
  return weights
}

/** The share of the question's weight that a sentence contains; long sentences count a little less. */
function coverage(terms: readonly string[], question: SparseVector): number {
  const counts = new Map<string, number>()
  for (const term of terms) {
    if (question.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1)
  }
  let held = 0
  // Saturates like BM25: a second mention adds a quarter of the first, a third still less.
  for (const [term, count] of counts) held += ((question.get(term) ?? 0) * 1.6 * count) / (count + 0.6)
  return held / Math.sqrt(1 + terms.length / 40)
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

function chooseDistinct(
  scores: readonly number[],
  vectors: readonly SparseVector[],
  limit: number,
  part: number,
): number[] {
  const order = indicesByScore(scores)
  const least = part * (scores[order[0] ?? 0] ?? 0)
  const chosen: number[] = []
  const postings = new Map<string, { readonly rank: number; readonly weight: number }[]>()

  for (const index of order) {
    if (chosen.length === limit || (scores[index] ?? 0) < least) break
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
