import { tellingChars } from '../languages/detect-language.ts'
import { holds } from '../languages/question-words.ts'
import type { AnswerKind } from '../languages/question-words.ts'
import type { Language } from '../languages/function-words.ts'
import type { Concept } from './question-concepts.ts'
import type { ReadText } from './read-sentences.ts'
import { similar, similarity, synonymous } from './similar-terms.ts'

/** A text to look for answers in. */
export interface AnswerSource extends ReadText {
  readonly text: string
}

/** A sentence that may answer the question. */
export interface FoundAnswer {
  /** The index of its source. */
  readonly source: number
  /** The index of the sentence in its source. */
  readonly sentence: number
  readonly score: number
}

// BM25 (S. Robertson and H. Zaragoza, 2009). Sentences differ less in length than documents, so length counts less.
const k1 = 1.2
const b = 0.4
/**
 * By rarity alone, the rarest word would win, and in "How is inflation fought?" that is "fought". What a text is about, it
 * says again and again in one place; other words are spread (A. Bookstein and others, "Clumping properties of
 * content-bearing words", 1998).
 */
const topical = 0.7
/** What a term counts that the sentence before has, or the heading above it. */
const nearby = 0.3
/** The same if the sentence has the kind of answer that is asked for, and the one before it has none. */
const followed = 0.5
/** The same if the sentence before asks for it, as in interviews and lists of questions. */
const asked = 0.7
/** A sentence that asks the same says little itself. */
const asking = 0.6
/** How much of a question's word a similar one covers. */
const similarCovers = 0.8
/** How much another word covers that may mean the same: by itself, too little for a question of two words. */
const synonymousCovers = 0.6
/** How much of that counts where the sentence has nothing for the rarest word of the question. */
const besideRarest = 0.5
/** How much of a question's word is covered where only the heading has it. */
const titled = 0.5
/** What the kind of answer counts that the question asks for. */
const fitting = 1.6
/** The least share of the question that the best sentence and its surroundings must be about. */
const leastCoverage = 0.36
/** The same for a sentence of the kind that is asked for, with the question's rarest word. */
const leastOfKind = 0.33
/**
 * A short text lacks most words, so what it says may answer in others. A long one has a word of nearly any question somewhere:
 * there, a sentence without the rarest word must be about more of a short question. In sentences, on a logarithmic scale.
 */
const shortText = 300
const longText = 1_500
const longCoverage = 0.6
/** A question of more words is covered less by any one sentence. */
const fewWords = 3
/** The same for a question with a name that no source has: it is about somebody or something else, most likely. */
const leastWithoutName = 0.65
/** A sentence with words of the question, or near some. */
export interface Candidate extends FoundAnswer {
  readonly coverage: number
  /** Whether it, or what is around it, has the rarest word of the question. */
  readonly hasRarest: boolean
  /** Whether it holds what the question expects: a name, a time, a number. */
  readonly isOfKind: boolean
  /** How often it has each concept of the question. */
  readonly counts: Float32Array | undefined
}

/** How much a term counts for each concept, by its index. */
type Shares = readonly (readonly [number, number])[]

/** Says of each sentence how well it answers a question. */
export class AnswerMatcher {
  readonly #concepts: readonly Concept[]
  readonly #sources: readonly AnswerSource[]
  /** For each source and sentence, how often each concept stands there. */
  readonly #counts: (Float32Array | undefined)[][] = []
  readonly #lengths: number[][] = []
  readonly #rarities: readonly number[]
  readonly #weights: readonly number[]
  /** The concepts of each term in texts in the language of the question, and in others. */
  readonly #known = { own: new Map<string, Shares>(), other: new Map<string, Shares>() }
  readonly #language: Language
  readonly #averageLength: number
  readonly #isShort: boolean
  /** Whether a concept stands anywhere, be it in another form. */
  readonly #isFound: boolean[]

  /** @param language - That of the question. */
  constructor(concepts: readonly Concept[], sources: readonly AnswerSource[], language: Language) {
    this.#concepts = concepts
    this.#language = language
    this.#sources = sources
    this.#isFound = concepts.map(() => false)
    const holders = concepts.map(() => 0)
    const holdingSources = concepts.map(() => 0)
    let total = 0
    let length = 0
    for (const source of sources) {
      const counts: (Float32Array | undefined)[] = []
      const lengths: number[] = []
      const isOwn = source.language === language || source.text.length < tellingChars
      const before = [...holders]
      for (const { terms, kind } of source.sentences) {
        const found = this.#count(terms, isOwn)
        counts.push(found)
        lengths.push(terms === '' ? 0 : terms.split(' ').length)
        found?.forEach((count, concept) => {
          if (count > 0) this.#isFound[concept] = true
        })
        if (kind === 'other') continue
        total += 1
        length += lengths.at(-1) ?? 0
        found?.forEach((count, concept) => {
          if (count >= 1) holders[concept] = (holders[concept] ?? 0) + 1
        })
      }
      for (const [concept, count] of holders.entries())
        if (count > (before[concept] ?? 0)) holdingSources[concept] = (holdingSources[concept] ?? 0) + 1
      this.#counts.push(counts)
      this.#lengths.push(lengths)
    }
    this.#averageLength = length / Math.max(1, total)
    this.#isShort = total <= shortText
    this.#rarities = concepts.map(({ weight }, index) => {
      // What no sentence has is not rarer than what one has: a short text lacks most words.
      const df = Math.max(1, holders[index] ?? 0)
      return weight * Math.log(1 + (total - df + 0.5) / (df + 0.5))
    })
    this.#weights = this.#rarities.map((rarity, index) => {
      const perSource = (holders[index] ?? 0) / Math.max(1, holdingSources[index] ?? 0)
      return rarity * Math.log1p(Math.max(1, perSource)) ** topical
    })
  }

  /**
   * How often each concept stands among terms. Similar words count less.
   *
   * @param isOwn - Whether the terms are of the language of the question.
   * @returns `undefined` if no concept does.
   */
  #count(terms: string, isOwn: boolean): Float32Array | undefined {
    let counts: Float32Array | undefined
    if (terms === '') return undefined
    for (const term of terms.split(' ')) {
      for (const [concept, share] of this.#conceptsOf(term, isOwn)) {
        counts ??= new Float32Array(this.#concepts.length)
        counts[concept] = (counts[concept] ?? 0) + share
      }
    }
    return counts
  }

  #conceptsOf(term: string, isOwn: boolean): Shares {
    const knownTerms = isOwn ? this.#known.own : this.#known.other
    const known = knownTerms.get(term)
    if (known) return known
    const found = this.#concepts.flatMap((concept, index): (readonly [number, number])[] => {
      if (concept.terms.has(term)) return [[index, 1]]
      const meant = concept.synonyms.has(term) ? synonymous : 0
      // Words of two languages that look alike mean different things, most often.
      const share = isOwn ? Math.max(meant, similarity(term, concept)) : meant
      return share > 0 ? [[index, share]] : []
    })
    knownTerms.set(term, found)
    return found
  }

  /** The rarest concept of the question: one that no source has, if there is any. */
  get #rarest(): number {
    const rarity = this.#rarities.map((one, index) => (this.#isFound[index] ? one : one * 2))
    return rarity.indexOf(Math.max(...rarity))
  }

  /** Whether a sentence and what is around it are about enough of the question. */
  isAbout({ coverage, hasRarest, isOfKind }: Candidate): boolean {
    if (!hasRarest) return coverage >= this.#leastWithoutRarest
    return coverage >= (isOfKind ? leastOfKind : leastCoverage)
  }

  get #leastWithoutRarest(): number {
    // A name that no source mentions.
    if (this.#concepts.some(({ isName }, index) => isName && !this.#isFound[index])) return leastWithoutName
    const own = this.#sources.filter((source) => source.language === this.#language)
    const sentences = (own.length > 0 ? own : this.#sources).reduce((sum, source) => sum + source.sentences.length, 0)
    const length = Math.log(Math.max(1, sentences) / shortText) / Math.log(longText / shortText)
    const isLong = Math.min(1, Math.max(0, length)) * Math.min(1, fewWords / this.#concepts.length)
    return leastCoverage + (longCoverage - leastCoverage) * isLong
  }

  candidates(kind: AnswerKind | undefined): Candidate[] {
    // What a short text says again and again is what it is about. In a long one, that may be any word.
    const shares = this.#isShort ? this.#weights : this.#rarities
    const all = shares.reduce((sum, share) => sum + share, 0)
    const rarest = this.#rarest
    return this.#sources.flatMap((source, at) => {
      // Two headings: a table has one for its columns.
      let headings: readonly (Float32Array | undefined)[] = []
      /** The headings right above, without sentences between them. */
      let titles: readonly (Float32Array | undefined)[] = []
      let isBelow = false
      /** What stands before the sentence and is none: who speaks in a chat. */
      let mark: Float32Array | undefined
      /** What the question in the text asks whose answer this may be. */
      let question: Float32Array | undefined
      return source.sentences.flatMap(({ start, end, kind: part, form }, index): Candidate[] => {
        const own = this.#counts[at]?.[index]
        if (part === 'heading') {
          headings = [own, headings[0]]
          titles = isBelow ? [own] : [own, ...titles]
        }
        if (part !== 'other') isBelow = part !== 'heading'
        else mark = own
        const isQuestion = part === 'sentence' && /[?？؟]['"”’»)\]*_]*$/u.test(source.text.slice(start, end))
        const answered = isQuestion ? undefined : question
        if (part !== 'other') question = isQuestion ? own : undefined
        const before = this.#counts[at]?.[index - 1]
        // What stands below a heading with words of the question may answer it without them, and so may what is of the kind
        // that is asked for, behind a sentence with some.
        const hasWords = own !== undefined || answered !== undefined || titles.some((counts) => counts !== undefined)
        const goesOn = part === 'sentence' && before !== undefined
        if (form === 0 || !(hasWords || goesOn)) return []
        const isOfKind = kind !== undefined && holds(kind, source.text.slice(start, end), source.language)
        if (!hasWords && !isOfKind) return []
        const last = source.sentences[index - 1]
        const follows =
          isOfKind && goesOn && !(last && holds(kind, source.text.slice(last.start, last.end), source.language))
        let score = 0
        let covered = 0
        /** What is covered only by words that may mean the same. */
        let guessed = 0
        let hasRarest = false
        const length = k1 * (1 - b + (b * (this.#lengths[at]?.[index] ?? 0)) / this.#averageLength)
        for (const [concept, weight] of this.#weights.entries()) {
          const count = own?.[concept] ?? 0
          const isNear = [before, mark, ...headings].some((counts) => (counts?.[concept] ?? 0) > 0)
          const near = follows && (before?.[concept] ?? 0) > 0 ? followed : isNear ? nearby : 0
          const isAsked = (answered?.[concept] ?? 0) > 0
          const own1 = count > 0 ? (count * (k1 + 1)) / (count + length) : 0
          score += weight * Math.max(own1, isAsked ? asked : near)
          const above = titles.some((counts) => (counts?.[concept] ?? 0) > 0) || isAsked ? titled : near
          const share = shares[concept] ?? 0
          if (isGuess(count) && above < synonymousCovers) guessed += share * synonymousCovers
          else covered += share * Math.max(coverOf(count), above)
          if (concept === rarest) hasRarest = count >= 1 || isGuess(count) || above >= titled
        }
        const fit = isOfKind ? fitting : 1
        return [
          {
            source: at,
            sentence: index,
            score: score * fit * (0.5 + 0.5 * form) * (isQuestion ? asking : 1),
            coverage: (covered + (hasRarest ? guessed : guessed * besideRarest)) / all,
            hasRarest,
            isOfKind,
            counts: own,
          },
        ]
      })
    })
  }
}

/** How much of a question's word is covered that a sentence has so often. */
function coverOf(count: number): number {
  if (count >= 1) return 1
  if (count >= similar) return similarCovers
  return count
}

/** Whether a sentence has, instead of a word of the question, another that may mean the same. */
function isGuess(count: number): boolean {
  return count >= synonymous && count < similar
}
