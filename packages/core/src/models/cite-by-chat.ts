import type { Level } from '@skein/memory'

import type { ChatMessage, ChatRequest, JsonSchema } from './chat.ts'
import type { Citation, CitedSentence, CiteRequest, DropReason, Drops, Passage } from './cite.ts'
import { instructions, lackOfEvidence, sumDrops } from './evidence.ts'
import { QuotableText } from '../text/find-quote.ts'
import { ModelCallError } from './model-errors.ts'
import type { CallOutcome } from './model-calls.ts'
import type { ChatResponse } from './chat.ts'
import { packPassages } from './pack-passages.ts'
import type { Slice } from './pack-passages.ts'
import type { SharedPart } from '../prefixes/prompt-prefix.ts'
import { fillIn } from './prompts.ts'
import type { PromptTexts } from './prompts.ts'
import { quoteData, withData } from './quoted-data.ts'
import { askInForm } from './structured-output.ts'
import type { AnswerForm, Checked, FormedCall } from './structured-output.ts'
import type { CountTokens } from './count-tokens.ts'

/** What {@link citeByChat} works with. */
export interface CiteContext {
  /** The id of the model, for errors. */
  readonly model: string
  readonly prompts: Required<PromptTexts>
  readonly maxPassageTokens: number
  readonly countTokens: CountTokens
  /** The sensitivity of passages that state none. */
  readonly level: Level
  /** @param shared - What the request shares with others about the same passages. */
  readonly ask: (request: ChatRequest, shared: SharedPart, call: FormedCall) => Promise<CallOutcome<ChatResponse>>
}

/** A cited answer, and the calls that were made for it. */
export interface CitedByChat {
  readonly sentences: readonly CitedSentence[]
  readonly drops: Drops
  readonly outcomes: readonly CallOutcome<ChatResponse>[]
}

/**
 * Has a chat model answer from passages, and checks every quote of the answer
 * against them.
 *
 * Passages that do not fit in one call are read in several. The sentences of
 * their answers are the passages of the next round, until one call fits them all.
 *
 * @throws ModelCallError when no sentence of an answer is backed by a quote.
 */
export async function citeByChat(request: CiteRequest, context: CiteContext): Promise<CitedByChat> {
  const groups = packPassages(request.passages, context.maxPassageTokens, context.countTokens)
  if (groups.length <= 1) return citeGroup(request, groups[0] ?? [], context)
  const parts = await Promise.all(groups.map((group) => citeGroup(request, group, context)))
  const sentences = parts.flatMap((part) => part.sentences)
  const passages = sentences.map(({ text }, index): Passage => ({ id: String(index), text, author: context.model }))
  // Each round has to be smaller than the last, or they would never end.
  const isSmaller = packPassages(passages, context.maxPassageTokens, context.countTokens).length < groups.length
  const merged = isSmaller ? await citeByChat({ ...request, passages }, context) : undefined
  const drops = sumDrops([...parts, ...(merged ? [merged] : [])].map((part) => part.drops))
  const outcomes = [...parts.flatMap((part) => part.outcomes), ...(merged?.outcomes ?? [])]
  const chosen = merged
    ? merged.sentences.map(({ text, citations }) => ({ text, citations: resolveCitations(citations, sentences) }))
    : interleave(parts.map((part) => part.sentences)).slice(0, request.maxSentences)
  return { sentences: chosen, drops, outcomes }
}

async function citeGroup(request: CiteRequest, slices: readonly Slice[], context: CiteContext): Promise<CitedByChat> {
  const { model, prompts, level, ask } = context
  if (slices.length === 0) return { sentences: [], drops: {}, outcomes: [] }
  // By number: ids of passages are data too, and equal contents have to give equal prompts.
  const numbered = slices.map((slice, index) => ({ ...slice, id: String(index + 1) }))
  const { maxSentences } = request
  const system: ChatMessage = { role: 'system', text: fillIn(prompts.cite, { maxSentences }) }
  const asked = withLimit(request.messages, prompts, maxSentences)
  const { messages, shared } = withData([system, ...asked], quoteData(numbered, level, prompts.data))
  const form: AnswerForm<Found> = {
    check: (data) => checkCitations(data, slices),
    failureOf: ({ value, faults: issues }) => {
      if (value === undefined) return new ModelCallError('SKEIN_MODEL_OUTPUT', model, { issues })
      const { sentences, drops: droppedFor } = value
      const isBacked = sentences.length > 0 || issues.length === 0
      return isBacked ? undefined : new ModelCallError('SKEIN_MODEL_CITATION', model, { issues, droppedFor })
    },
  }
  const { repair } = prompts
  const send = (sent: ChatRequest, call: FormedCall): ReturnType<CiteContext['ask']> => ask(sent, shared, call)
  const { value, outcome } = await askInForm(send, { messages, schema: answerForm }, form, { model, repair })
  const { sentences, drops } = value as Found
  return { sentences: sentences.slice(0, request.maxSentences), drops, outcomes: [outcome] }
}

/** The question, and how long its answer may be: after the passages, since both differ from call to call. */
function withLimit(
  messages: readonly ChatMessage[],
  { summary, limit }: Required<PromptTexts>,
  maxSentences: number,
): readonly ChatMessage[] {
  const last = messages.findLastIndex(({ role }) => role === 'user')
  const most = fillIn(limit, { maxSentences })
  if (last === -1) return [...messages, { role: 'user', text: `${summary}\n\n${most}` }]
  return messages.map((message, index) =>
    index === last ? { ...message, text: `${message.text}\n\n${most}` } : message,
  )
}

/** What of an answer counts, and why the rest does not. */
type Found = Pick<CitedByChat, 'sentences' | 'drops'>

/** Looks up every quote. A sentence counts if it has quotes and all of them are evidence. */
function checkCitations(data: unknown, slices: readonly Slice[]): Checked<Found> {
  const sentences = (data as { sentences?: unknown } | null)?.sentences
  if (!Array.isArray(sentences)) return { faults: ['$.sentences: expected an array'] }
  const faults: string[] = []
  const drops: Drops[] = []
  const sources = slices.map((slice) => ({ ...slice, quotable: new QuotableText(slice.text) }))
  const kept = sentences.flatMap((sentence: unknown, index): CitedSentence[] => {
    const place = `$.sentences[${index}]`
    const { text, quotes } = (sentence ?? {}) as { text?: unknown; quotes?: unknown }
    const fault = (where: string, reason: DropReason): [] => {
      faults.push(`${place}${where}: ${instructions[reason]}`)
      drops.push({ [reason]: 1 })
      return []
    }
    if (typeof text !== 'string' || text.trim() === '') return fault('', 'malformed')
    if (!Array.isArray(quotes) || quotes.length === 0) return fault('', 'malformed')
    const located = quotes.map((quote) => locate(quote, sources))
    for (const [at, found] of located.entries()) if (typeof found === 'string') return fault(`.quotes[${at}]`, found)
    return [{ text: text.trim(), citations: located.filter((found) => typeof found !== 'string') }]
  })
  return { value: { sentences: kept, drops: sumDrops(drops) }, faults }
}

interface Source extends Slice {
  readonly quotable: QuotableText
}

/** Where a quote stands, or why it is no evidence. */
function locate(quote: unknown, sources: readonly Source[]): Citation | DropReason {
  const { passage, quote: words } = (quote ?? {}) as { passage?: unknown; quote?: unknown }
  const slice = sources[Number(passage) - 1]
  const found = slice && typeof words === 'string' ? slice.quotable.find(words) : undefined
  if (!slice || !found) return 'absent'
  const lack = lackOfEvidence(slice.text, found)
  if (lack !== undefined) return lack
  return { passage: slice.id, start: slice.offset + found.start, end: slice.offset + found.end }
}

/** A sentence that quotes sentences of an earlier round takes over their citations. */
function resolveCitations(citations: readonly Citation[], earlier: readonly CitedSentence[]): Citation[] {
  const all = citations.flatMap(({ passage }) => earlier[Number(passage)]?.citations ?? [])
  return [
    ...new Map(all.map((citation) => [`${citation.start}:${citation.end}:${citation.passage}`, citation])).values(),
  ]
}

/** The first of each list, then the second of each, and so on. */
function interleave<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat()
}

/** An object schema that is closed and requires every property: servers that enforce schemas insist on both. */
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
