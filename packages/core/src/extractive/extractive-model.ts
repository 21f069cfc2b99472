import { OptionError } from '@skein/memory'
import { requireInteger } from '@skein/memory/runtime'

import type { Citation, CitedAnswer, CitedSentence, CiteRequest, Passage } from '../models/cite.ts'
import type { Model } from '../models/model.ts'
import { estimateTokens } from '../text/estimate-tokens.ts'
import type { ModelUsage } from '../models/usage.ts'
import type { Language } from '../languages/function-words.ts'
import { detectLanguage, tellingChars } from '../languages/detect-language.ts'
import { findAnswers, withNext } from './find-answers.ts'
import type { AnswerSource } from './answer-matcher.ts'
import { asksForContent } from './question-concepts.ts'
import { rankSentences } from './rank-sentences.ts'
import type { RankedSentence } from './rank-sentences.ts'
import { readSentences } from './read-sentences.ts'

/** In a summary, a row of a table stands for what no sentence says. */
const rowInSummary = 0.2

/**
 * Creates the built-in model, which needs no key and no network: it answers
 * with the sentences of the passages that match the question best, word for word.
 *
 * The question is the last user message, in any of 23 languages. If it is missing or only asks for a summary,
 * the answer is one: the sentences closest to the common topic of all passages. If no passage is about what it
 * asks for, the answer has no sentences. Each sentence cites every place where it occurs.
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
    id: 'skein/extractive@6',
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

async function answer({ messages, passages, maxSentences, language }: CiteRequest): Promise<CitedAnswer> {
  const question = messages.findLast((message) => message.role === 'user')?.text ?? ''
  const sources = sourcesOf(passages, language)
  const places = placesOf(passages, sources)
  const chosen = asksForContent(question)
    ? withNext(await findAnswers(question, sources, maxSentences), sources, maxSentences)
    : summaryOf(sources, places, maxSentences)
  const sentences = chosen.flatMap(({ source, sentence }): CitedSentence[] => {
    const text = textOf(sources, source, sentence)
    return [
      {
        text,
        citations:
          places
            .get(folded(text))
            ?.filter((place) => place.text === text)
            .map(({ citation }) => citation) ?? [],
      },
    ]
  })
  return { sentences, usage: usageOf({ messages, passages }, sentences) }
}

function sourcesOf(passages: readonly Passage[], language: Language | undefined): AnswerSource[] {
  // All passages together tell what a short one does not.
  const common = language ?? detectLanguage(passages.map(({ text }) => text.slice(0, tellingChars)).join('\n'))
  return passages.map(({ text }) => {
    const own = language ?? (text.length < tellingChars ? common : detectLanguage(text))
    return { text, ...readSentences(text, own) }
  })
}

/** A sentence of the passages, as others refer to it. */
interface Chosen {
  readonly source: number
  readonly sentence: number
}

/** A place where a sentence stands. */
interface Place extends Chosen {
  readonly text: string
  readonly citation: Citation
}

/** All places of each sentence, however it is spaced, in the order of the passages. */
function placesOf(passages: readonly Passage[], sources: readonly AnswerSource[]): Map<string, Place[]> {
  const places = new Map<string, Place[]>()
  for (const [source, { sentences }] of sources.entries()) {
    for (const [sentence, { start, end }] of sentences.entries()) {
      const text = textOf(sources, source, sentence)
      const place = { source, sentence, text, citation: { passage: passages[source]?.id ?? '', start, end } }
      const known = places.get(folded(text))
      if (known) known.push(place)
      else places.set(folded(text), [place])
    }
  }
  return places
}

function summaryOf(
  sources: readonly AnswerSource[],
  places: ReadonlyMap<string, readonly Place[]>,
  limit: number,
): Chosen[] {
  // A sentence in several places counts once.
  const first = [...places.values()].flatMap((all) => all.slice(0, 1))
  const ranked = first.map(({ source, sentence }): RankedSentence => {
    const { terms, form, kind } = sources[source]!.sentences[sentence]!
    const before = sources[source]?.sentences[sentence - 1]
    const leads = before === undefined || before.form === 0
    return { terms: terms === '' ? [] : terms.split(' '), form: kind === 'row' ? form * rowInSummary : form, leads }
  })
  return rankSentences(ranked, limit).flatMap((index) => first.slice(index, index + 1))
}

function textOf(sources: readonly AnswerSource[], source: number, sentence: number): string {
  const found = sources[source]
  const place = found?.sentences[sentence]
  return place ? (found?.text.slice(place.start, place.end) ?? '') : ''
}

function folded(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

function usageOf(
  { messages, passages }: Pick<CiteRequest, 'messages' | 'passages'>,
  sentences: readonly CitedSentence[],
): ModelUsage {
  return { inputTokens: tokensOf(messages) + tokensOf(passages), outputTokens: tokensOf(sentences) }
}

function tokensOf(parts: readonly { readonly text: string }[]): number {
  return parts.reduce((sum, { text }) => sum + estimateTokens(text), 0)
}
