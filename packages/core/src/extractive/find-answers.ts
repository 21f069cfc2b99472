import { detectLanguage } from '../languages/detect-language.ts'
import { answerKind } from '../languages/question-words.ts'
import { AnswerMatcher } from './answer-matcher.ts'
import type { AnswerSource, Candidate, FoundAnswer } from './answer-matcher.ts'
import { loadSynonyms } from '../languages/synonyms.ts'
import { questionConcepts } from './question-concepts.ts'
import type { Concept } from './question-concepts.ts'
import { termReader } from './terms.ts'

/** A sentence that scores less than this share of the best one is off the point. */
const relevantPart = 0.3

/**
 * Finds the sentences that answer a question best, best first, by BM25 over all sentences of all
 * sources. What the sentence before or the heading above says counts a little; the kind of
 * answer that is asked for counts, too: a name, a time, a number.
 *
 * @param limit - Most sentences found.
 * @returns nothing where no sentence is about enough of the question.
 */
export async function findAnswers(
  question: string,
  sources: readonly AnswerSource[],
  limit: number,
): Promise<FoundAnswer[]> {
  const asked = detectLanguage(question)
  const languages = [...new Set(sources.map(({ language }) => language))]
  // Among texts in many languages, one of them has a word for nearly anything.
  const synonyms = await loadSynonyms(languages.includes(asked) ? [asked] : [asked, ...languages], termReader)
  const concepts = questionConcepts(question, languages, synonyms)
  if (concepts.length === 0) return []
  const matcher = new AnswerMatcher(concepts, sources, asked)
  const candidates = matcher.candidates(answerKind(question))
  const best = candidates.toSorted(
    (one, other) => other.score - one.score || one.source - other.source || one.sentence - other.sentence,
  )
  const first = best[0]
  if (!first || !best.slice(0, 3).some((candidate) => matcher.isAbout(candidate))) return []
  const least = first.score * relevantPart
  const chosen = distinct(
    best.filter(({ score }) => score >= least),
    sources,
    limit,
  )
  return withOtherWord(chosen, best, { concepts, limit }).map(({ source, sentence, score }) => ({
    source,
    sentence,
    score,
  }))
}

/**
 * Puts the best sentence with a word that the others lack in place of the last. What the text is about may be in each of them:
 * of "What destroyed the hut?", the hut.
 */
function withOtherWord(
  chosen: readonly Candidate[],
  best: readonly Candidate[],
  { concepts, limit }: { readonly concepts: readonly Concept[]; readonly limit: number },
): readonly Candidate[] {
  const has = ({ counts }: Candidate, concept: number): boolean => (counts?.[concept] ?? 0) >= 1
  const lacking = concepts.flatMap(({ weight }, concept) =>
    weight < 1 || chosen.some((one) => has(one, concept)) ? [] : [concept],
  )
  const other = best.find((one) => lacking.some((concept) => has(one, concept)))
  return other && limit > 1 ? [...chosen.slice(0, limit - 1), other] : chosen
}

/**
 * Adds the sentence that follows on the best one, where there is room: "Why is the sail late?" may be answered by the sentence
 * behind the one that says so.
 */
export function withNext(
  found: readonly FoundAnswer[],
  sources: readonly AnswerSource[],
  limit: number,
): FoundAnswer[] {
  const [best] = found
  if (!best || found.length >= limit) return [...found]
  const { source, sentence } = best
  const next = sources[source]?.sentences[sentence + 1]
  const isKnown = found.some((one) => one.source === source && one.sentence === sentence + 1)
  const goesOn = next?.kind === 'sentence' && next.form > 0 && !isKnown
  return goesOn ? [...found, { source, sentence: sentence + 1, score: 0 }] : [...found]
}

/** The best ones without those that say the same again. */
function distinct(found: readonly Candidate[], sources: readonly AnswerSource[], limit: number): Candidate[] {
  const chosen: { readonly answer: Candidate; readonly terms: ReadonlySet<string> }[] = []
  for (const answer of found) {
    const { source, sentence } = answer
    if (chosen.length === limit) break
    const terms = new Set((sources[source]?.sentences[sentence]?.terms ?? '').split(' '))
    if (chosen.some((other) => overlap(terms, other.terms) > 0.8)) continue
    chosen.push({ answer, terms })
  }
  return chosen.map(({ answer }) => answer)
}

function overlap(a: ReadonlySet<string>, c: ReadonlySet<string>): number {
  let same = 0
  for (const term of a) if (c.has(term)) same += 1
  return same / Math.max(1, Math.max(a.size, c.size))
}
