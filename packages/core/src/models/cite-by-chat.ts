import type { Level } from '@skein/memory'

import type { ChatMessage, ChatRequest, JsonSchema } from './chat.ts'
import type { Citation, CitedSentence, CiteRequest, Passage } from './cite.ts'
import { findQuote } from './find-quote.ts'
import { ModelCallError } from './model-errors.ts'
import type { CallOutcome } from './model-calls.ts'
import type { ChatResponse } from './chat.ts'
import { packPassages } from './pack-passages.ts'
import type { Slice } from './pack-passages.ts'
import { fillIn } from './prompts.ts'
import type { PromptTexts } from './prompts.ts'
import { quoteData, withData } from './quoted-data.ts'
import { askInForm } from './structured-output.ts'
import type { Checked } from './structured-output.ts'

/** What a cited answer is made with. */
export interface CiteMeans {
  /** The id of the model, for errors. */
  readonly model: string
  readonly prompts: Required<PromptTexts>
  readonly maxPassageTokens: number
  /** The sensitivity of passages that do not tell theirs. */
  readonly level: Level
  readonly ask: (request: ChatRequest) => Promise<CallOutcome<ChatResponse>>
}

/** A cited answer, and the calls that it took. */
export interface CitedByChat {
  readonly sentences: readonly CitedSentence[]
  readonly dropped: number
  readonly outcomes: readonly CallOutcome<ChatResponse>[]
}

/**
 * Has a chat model answer from passages, with quotes that are looked up in
 * them: what it says to be there, has to be there.
 *
 * Passages that do not fit one call are read in several, and the sentences that
 * these give are the passages of a next round, until one call holds them all.
 *
 * @throws ModelCallError when not one sentence of an answer is backed.
 */
export async function citeByChat(request: CiteRequest, means: CiteMeans): Promise<CitedByChat> {
  const groups = packPassages(request.passages, means.maxPassageTokens)
  if (groups.length <= 1) return citeGroup(request, groups[0] ?? [], means)
  const parts = await Promise.all(groups.map((group) => citeGroup(request, group, means)))
  const sentences = parts.flatMap((part) => part.sentences)
  const passages = sentences.map(({ text }, index): Passage => ({ id: String(index), text, author: means.model }))
  // Each round has to shrink what is read, or there would be no end to them.
  const isSmaller = packPassages(passages, means.maxPassageTokens).length < groups.length
  const merged = isSmaller ? await citeByChat({ ...request, passages }, means) : undefined
  const dropped = parts.reduce((sum, part) => sum + part.dropped, merged?.dropped ?? 0)
  const outcomes = [...parts.flatMap((part) => part.outcomes), ...(merged?.outcomes ?? [])]
  const chosen = merged
    ? merged.sentences.map(({ text, citations }) => ({ text, citations: through(citations, sentences) }))
    : inTurn(parts.map((part) => part.sentences)).slice(0, request.maxSentences)
  return { sentences: chosen, dropped, outcomes }
}

async function citeGroup(request: CiteRequest, slices: readonly Slice[], means: CiteMeans): Promise<CitedByChat> {
  const { model, prompts, level, ask } = means
  if (slices.length === 0) return { sentences: [], dropped: 0, outcomes: [] }
  // By number: names of passages are data too, and equal contents are equal prompts.
  const numbered = slices.map((slice, index) => ({ ...slice, id: String(index + 1) }))
  const asked = request.messages.some(({ role }) => role === 'user')
  const task: ChatMessage[] = asked ? [] : [{ role: 'user', text: prompts.summary }]
  const system: ChatMessage = { role: 'system', text: fillIn(prompts.cite, { maxSentences: request.maxSentences }) }
  const messages = withData([system, ...request.messages, ...task], quoteData(numbered, level, prompts.data))
  const check = (data: unknown): Checked<CitedSentence[]> => checkCitations(data, slices)
  const { value, faults, outcomes } = await askInForm(ask, { messages, schema: answerForm }, check, {
    model,
    repair: prompts.repair,
  })
  if (value === undefined) throw new ModelCallError('SKEIN_MODEL_OUTPUT', model, { issues: faults })
  if (value.length === 0 && faults.length > 0)
    throw new ModelCallError('SKEIN_MODEL_CITATION', model, { issues: faults })
  return { sentences: value.slice(0, request.maxSentences), dropped: faults.length, outcomes }
}

/** Looks up every quote; a sentence counts if each of its quotes is there, and it has one. */
function checkCitations(data: unknown, slices: readonly Slice[]): Checked<CitedSentence[]> {
  const sentences = (data as { sentences?: unknown } | null)?.sentences
  if (!Array.isArray(sentences)) return { faults: ['$.sentences: expected a list'] }
  const faults: string[] = []
  const value = sentences.flatMap((sentence: unknown, index): CitedSentence[] => {
    const place = `$.sentences[${index}]`
    const { text, quotes } = (sentence ?? {}) as { text?: unknown; quotes?: unknown }
    const fault = (what: string): [] => {
      faults.push(`${place}${what}`)
      return []
    }
    if (typeof text !== 'string' || text.trim() === '') return fault('.text: expected text')
    if (!Array.isArray(quotes) || quotes.length === 0) return fault('.quotes: expected at least one')
    const citations = quotes.map((quote) => locate(quote, slices))
    const wrong = citations.indexOf(undefined)
    if (wrong !== -1) return fault(`.quotes[${wrong}]: the passage it names does not say this, word for word`)
    return [{ text: text.trim(), citations: citations.filter((citation) => citation !== undefined) }]
  })
  return { value, faults }
}

function locate(quote: unknown, slices: readonly Slice[]): Citation | undefined {
  const { passage, quote: words } = (quote ?? {}) as { passage?: unknown; quote?: unknown }
  const slice = slices[Number(passage) - 1]
  const found = slice && typeof words === 'string' ? findQuote(slice.text, words) : undefined
  return slice && found && { passage: slice.id, start: slice.offset + found.start, end: slice.offset + found.end }
}

/** What sentences of an earlier round rest on is what a sentence rests on that quotes them. */
function through(citations: readonly Citation[], earlier: readonly CitedSentence[]): Citation[] {
  const all = citations.flatMap(({ passage }) => earlier[Number(passage)]?.citations ?? [])
  return [
    ...new Map(all.map((citation) => [`${citation.start}:${citation.end}:${citation.passage}`, citation])).values(),
  ]
}

/** The first of each list, then the second of each, and so on. */
function inTurn<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat()
}

/** Every object closed and every property asked for, as servers want it that hold a model to a schema. */
const closed = (properties: { readonly [name: string]: JsonSchema }): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

const answerForm = {
  name: 'cited_answer',
  schema: closed({
    sentences: {
      type: 'array',
      items: closed({
        text: { type: 'string' },
        quotes: { type: 'array', items: closed({ passage: { type: 'string' }, quote: { type: 'string' } }) },
      }),
    },
  }),
} as const
