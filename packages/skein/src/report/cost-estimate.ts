import { costOf } from '@skein/core/executor'
import type { Price } from '@skein/core/executor'

/** About what a run uses of its model. Less where the memory has answers already. */
export interface CostEstimate {
  readonly calls: number
  /** Input and output together. */
  readonly tokens: number
  /** US dollars; absent where the price is not known. */
  readonly usd?: number
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

/** Estimates the calls of a run from the sizes of what it reads. */
export function estimateCost(sizes: readonly NoteSize[], { questions, crews, price }: CostFactors): CostEstimate {
  const total = { calls: 0, input: 0, output: 0 }
  const add = (calls: number, read: number, said: number): void => {
    total.calls += calls
    total.input += calls * promptTokens + read
    total.output += said * answerRatio
  }
  const notes = sizes.map(({ topic, tokens }) => ({ topic, tokens, said: Math.min(tokens, noteTokens) }))
  for (const { tokens, said } of notes) add(1, tokens, said)
  for (const group of Map.groupBy(notes, ({ topic }) => topic).values()) {
    for (let left = group.length; left > 1; left = Math.ceil(left / fanIn)) {
      const merged = Math.ceil(left / fanIn)
      add(merged, left * noteTokens, merged * noteTokens)
    }
  }
  const said = notes.reduce((sum, note) => sum + note.said, 0)
  const largest = notes.map(({ tokens }) => tokens).toSorted((a, b) => b - a)
  const reread = largest.slice(0, rereadParts).reduce((sum, tokens) => sum + tokens, 0)
  // One call finds the parts that matter, a second one reads them.
  const perCrew = questions / crews
  const leads = Math.ceil(said / passageTokens)
  add(perCrew * (leads > 1 ? leads + 2 : 2), perCrew * (said + reread), perCrew * 2 * noteTokens)
  const [inputTokens, outputTokens] = [total.input * crews, total.output * crews].map(Math.ceil) as [number, number]
  const usd = costOf({ inputTokens, outputTokens }, price)
  return {
    calls: Math.ceil(total.calls * crews),
    tokens: inputTokens + outputTokens,
    ...(usd !== undefined && { usd }),
  }
}
