import { costOf } from '@skein/core/executor'
import type { Price } from '@skein/core/executor'

/** What a run uses of its model. */
export interface ModelUse {
  readonly calls: number
  /** Input and output together. */
  readonly tokens: number
  /** US dollars; absent where the price is not known. */
  readonly usd?: number
}

/**
 * An estimate of a run's use of its model. Less where the memory has answers already; more where the model is asked
 * again because it failed or cited wrongly.
 */
export interface CostEstimate extends ModelUse {
  /** If the model says little, and each question finds its words in the files. */
  readonly least: ModelUse
  /** If it says much, counts tokens in smaller pieces, and no question finds its words. */
  readonly most: ModelUse
}

/** What a model reads in one call for a note. */
export interface NoteSize {
  readonly topic: string
  readonly tokens: number
}

/** Who asks for what, at what price. */
export interface CostFactors {
  /** Questions to answer; 0 for a summary of the whole. */
  readonly questions: number
  /** How many crews do all the work for themselves. */
  readonly crews: number
  readonly price: Price | undefined
}

/** The instructions and the schema of a call. */
const promptTokens = 400
/** The sentences of a note, and of an answer. */
const noteTokens = 200
/** A cited sentence says nearly everything twice: in the model's words and as a quote, both in JSON. */
const answerRatio = 2.5
/** Notes merged in one step: the default of `mapReduce`. */
const fanIn = 8
/** What a question reads again, in full. */
const rereadParts = 8
/** Passages of one call: the default of models. */
const passageTokens = 24_000

/** What is not known before a run. */
interface Assumption {
  /** How long notes and answers are, as a multiple of the usual length. */
  readonly said: number
  /** How many tokens the model's own tokenizer counts for one that is estimated. */
  readonly counted: number
  /** Whether the words of questions lead to the parts; otherwise one more call looks for them in the notes. */
  readonly finds: boolean
}

const usual: Assumption = { said: 1, counted: 1, finds: true }
const sparing: Assumption = { said: 0.25, counted: 0.8, finds: true }
const lavish: Assumption = { said: 1.6, counted: 1.3, finds: false }

/** Estimates the calls of a run from the sizes of what it reads. */
export function estimateCost(sizes: readonly NoteSize[], factors: CostFactors): CostEstimate {
  const estimate = (assumed: Assumption): ModelUse => useOf(sizes, factors, assumed)
  return { ...estimate(usual), least: estimate(sparing), most: estimate(lavish) }
}

function useOf(
  sizes: readonly NoteSize[],
  factors: CostFactors,
  { said: ratio, counted, finds }: Assumption,
): ModelUse {
  const { questions, crews, price } = factors
  const total = { calls: 0, input: 0, output: 0 }
  const add = (calls: number, read: number, said: number): void => {
    total.calls += calls
    total.input += (calls * promptTokens + read) * counted
    total.output += said * answerRatio * counted
  }
  const noteSize = noteTokens * ratio
  const notes = sizes.map(({ topic, tokens }) => ({ topic, tokens, said: Math.min(tokens, noteSize) }))
  for (const { tokens, said } of notes) add(1, tokens, said)
  for (const group of Map.groupBy(notes, ({ topic }) => topic).values()) {
    for (let left = group.length; left > 1; left = Math.ceil(left / fanIn)) {
      const merged = Math.ceil(left / fanIn)
      add(merged, left * noteSize, merged * noteSize)
    }
  }
  const largest = notes.map(({ tokens }) => tokens).toSorted((a, b) => b - a)
  const reread = largest.slice(0, rereadParts).reduce((sum, tokens) => sum + tokens, 0)
  const perCrew = questions / crews
  add(perCrew, perCrew * reread, perCrew * noteSize)
  if (!finds) {
    const said = notes.reduce((sum, note) => sum + note.said, 0)
    const leads = Math.ceil(said / passageTokens)
    // Answers from several groups of notes are put together by one more call.
    add(perCrew * (leads > 1 ? leads + 1 : 1), perCrew * said, perCrew * noteSize)
  }
  const [inputTokens, outputTokens] = [total.input * crews, total.output * crews].map(Math.ceil) as [number, number]
  const usd = costOf({ inputTokens, outputTokens }, price)
  return {
    calls: Math.ceil(total.calls * crews),
    tokens: inputTokens + outputTokens,
    ...(usd !== undefined && { usd }),
  }
}
