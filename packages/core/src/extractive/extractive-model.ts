import { OptionError } from '@skein/memory'
import { requireInteger } from '@skein/memory/runtime'

import type { Citation, CitedAnswer, CitedSentence, CiteRequest, Passage } from '../models/cite.ts'
import type { Model } from '../models/model.ts'
import { estimateTokens } from '../text/estimate-tokens.ts'
import type { ModelUsage } from '../models/usage.ts'
import { questionTerms } from './question-terms.ts'
import { rankSentences } from './rank-sentences.ts'
import type { RankedSentence } from './rank-sentences.ts'
import { sentenceForm } from '../text/sentence-form.ts'
import { splitSentences } from '../text/sentences.ts'
import { termReader } from './terms.ts'
import type { TermReader } from './terms.ts'

/** A sentence with all its places in the passages. */
interface Quotation extends RankedSentence {
  readonly citations: Citation[]
}

/**
 * Creates the built-in model, which needs no key and no network: it answers
 * with the sentences of the passages that match the question best, word for word.
 *
 * The question is the last user message. If it is missing, empty, or names nothing
 * that the passages mention, the answer is a summary: the sentences closest to the
 * common topic of all passages. Each sentence cites every place where it occurs.
 * Equal requests get equal answers, and nothing in a passage acts as an instruction.
 *
 * `cite` rejects with an `OptionError` when `maxSentences` is not a positive integer
 * or two passages have the same id, and with the signal's reason when it is already
 * aborted. It blocks its thread: about a third of a second for a megabyte.
 *
 * @example
 * ```ts
 * import { extractiveModel } from '@skein/core'
 *
 * const { sentences } = await extractiveModel().cite({
 *   messages: [{ role: 'user', text: 'What about energy?' }],
 *   passages: [{ id: 'report', text: 'Energy is saved in every home. The arts are a precious resource.' }],
 *   maxSentences: 1,
 * })
 * sentences[0]?.text // => 'Energy is saved in every home.'
 * ```
 */
export function extractiveModel(): Model & Required<Pick<Model, 'cite' | 'descriptor'>> {
  return {
    id: 'skein/extractive@1',
    descriptor: { module: import.meta.url, name: 'extractiveModel', options: undefined },
    async cite(request, { signal } = {}) {
      signal?.throwIfAborted()
      requireValid(request)
      return answer(request)
    },
  }
}

function requireValid({ maxSentences, passages }: CiteRequest): void {
  requireInteger('maxSentences', maxSentences, 1)
  const ids = new Set<string>()
  for (const { id } of passages) {
    if (ids.has(id)) throw new OptionError('passages', 'passages with different ids', id)
    ids.add(id)
  }
}

function answer(request: CiteRequest): CitedAnswer {
  const read = termReader()
  const quotations = quotationsOf(request.passages, read)
  const question = request.messages.findLast((message) => message.role === 'user')?.text ?? ''

  const ranked = rankSentences(quotations, {
    questionTerms: questionTerms(question, read),
    limit: request.maxSentences,
  })
  const sentences = ranked.flatMap((index): CitedSentence[] => {
    const quotation = quotations[index]
    return quotation === undefined ? [] : [{ text: quotation.text, citations: quotation.citations }]
  })
  return { sentences, usage: usageOf(request, sentences) }
}

/** All distinct sentences, in the order of the passages. */
function quotationsOf(passages: readonly Passage[], read: TermReader): Quotation[] {
  const byText = new Map<string, Quotation>()
  for (const passage of passages) {
    let afterHeading = true
    for (const { start, end } of splitSentences(passage.text)) {
      const text = passage.text.slice(start, end)
      const terms = read(text)
      const leads = afterHeading
      afterHeading = sentenceForm(text, terms.length) === 0

      const folded = text.replaceAll(/\s+/g, ' ')
      const known = byText.get(folded)
      const citation = { passage: passage.id, start, end }
      if (known === undefined) byText.set(folded, { text, terms, leads, citations: [citation] })
      // A citation must match exactly: a sentence with different white space counts as equal, but is not cited.
      else if (known.text === text) known.citations.push(citation)
    }
  }
  return [...byText.values()]
}

function usageOf({ messages, passages }: CiteRequest, sentences: readonly CitedSentence[]): ModelUsage {
  return { inputTokens: tokensOf(messages) + tokensOf(passages), outputTokens: tokensOf(sentences) }
}

function tokensOf(parts: readonly { readonly text: string }[]): number {
  return parts.reduce((sum, { text }) => sum + estimateTokens(text), 0)
}
