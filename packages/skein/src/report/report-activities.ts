/**
 * The activities of a report, which run in worker threads.
 *
 * Readers `read` a file into parts; summarizers `note` a part; combiners
 * `merge` notes and `answer` a question. They exchange refs only.
 *
 * @module
 */

import { activity, ModelCallError } from '@skein/core'
import { estimateTokens, sumDrops } from '@skein/core/executor'
import type { Drops } from '@skein/core/executor'
import type { Activity, ActivityContext } from '@skein/core'
import type { Ref } from '@skein/memory'

import { InputError } from '../open/input-error.ts'
import { packSections } from '../sections/pack-sections.ts'
import { splitSections } from '../sections/split-sections.ts'
import { partPassage, quotePassage, toQuotes } from './note.ts'
import type { CitablePassage, Note, NoteRef, Part, Quote } from './note.ts'
import { readTextFile } from './text-file.ts'

/** A file to read. Its digest is part of the key of the work: a changed file is read again. */
export interface FileInput {
  readonly path: string
  readonly source: string
  readonly digest: string
}

/** Notes to merge. */
export interface MergeInput {
  readonly notes: readonly NoteRef[]
  /** Whether they are of different topics. */
  readonly across: boolean
}

/** A question about parts and the notes on them. */
export interface QuestionInput {
  readonly question: string
  readonly notes: Ref<readonly NoteRef[]>
  readonly parts: Ref<readonly Part[]>
}

const maxNoteSentences = 5
const maxMergedSentences = 10
const maxAcrossSentences = 24
const maxAnswerSentences = 4
/** How many parts are read again, in full, for a question. */
const maxRereadParts = 8

const shared = { kind: 'io', shared: true } as const

/** Splits a file into parts and stores them. */
export const read: Activity<FileInput, Ref<readonly Part[]>> = activity(
  async ({ memory, signal }, { path, source, digest }) => {
    const file = await readTextFile(path, source, signal)
    if (file.digest !== digest)
      throw new InputError(source, 'changed while it was being read. Run again when it is complete.')
    const whole = await memory.objects.put(file.text, { task: digest, tags: ['source'], ...titled(source) })
    const parts = await Promise.all(
      packSections(splitSections(file.text)).map(async ({ topic, title, start, end }): Promise<Part> => {
        const text = await memory.objects.put(file.text.slice(start, end), {
          task: digest,
          tags: ['part'],
          ...titled(title),
          derivedFrom: [whole],
        })
        return { text, source: digest, topic, title, start, end }
      }),
    )
    return memory.objects.put(parts, { task: digest, tags: ['contents'], ...titled(`Contents of ${source}`) })
  },
  shared,
)

/** Takes notes on one part, or on small ones that share a call, and logs them as an observation for everyone to find. */
export const note: Activity<readonly Part[], NoteRef> = activity(async (context, parts) => {
  const { memory } = context
  const part = titledAs(parts)
  const passages = await Promise.all(
    parts.map(async (one, index) => partPassage(one, await memory.objects.get(one.text), `${index} ${one.title}`)),
  )
  const { quotes, drops } = await summarize(context, passages, maxNoteSentences)
  const found: Note = { topic: part.topic, quotes, ...unlessNone(drops) }
  const ref = await memory.objects.put(found, {
    task: part.source,
    tags: ['note'],
    ...titled(`Note: ${part.title}`),
  })
  const value = {
    title: part.title,
    topic: part.topic,
    parts: parts.map(({ text }) => text.id),
    quotes: quotes.map(({ text }) => text),
  }
  await memory.observations.log({ task: part.source, value, tags: ['note'], derivedFrom: [ref] })
  return { note: ref, topic: part.topic, tokens: tokensOf(quotes) }
}, shared)

/** Merges notes into one. Within a topic the most important sentences win; across topics each note has its turn. */
export const merge: Activity<MergeInput, NoteRef> = activity(async (context, { notes: refs, across }) => {
  const { memory } = context
  const notes = await Promise.all(refs.map(({ note: ref }) => memory.objects.get(ref)))
  const merged = across
    ? { quotes: inTurn(notes.map((one) => one.quotes)).slice(0, maxAcrossSentences), drops: {} }
    : await summarize(context, quotePassages(notes.flatMap((one) => one.quotes)), maxMergedSentences)
  const { quotes } = merged
  const drops = sumDrops([merged.drops, ...notes.map((one) => one.drops ?? {})])
  const topic = [...new Set(refs.map((ref) => ref.topic))].join(' · ')
  const found: Note = { topic, quotes, ...unlessNone(drops) }
  return {
    note: await memory.objects.put(found, { tags: ['merged'], ...titled(`Notes: ${topic}`) }),
    topic,
    tokens: tokensOf(quotes),
  }
}, shared)

/**
 * Answers a question: finds the parts that matter by the notes on them, then
 * reads those parts in full.
 */
export const answer: Activity<QuestionInput, Ref<Note>> = activity(async (context, input) => {
  const { memory } = context
  const parts = await memory.objects.get(input.parts)
  const notes = await Promise.all(
    (await memory.objects.get(input.notes)).map(({ note: ref }) => memory.objects.get(ref)),
  )
  const passages = quotePassages(notes.flatMap(({ quotes }) => quotes))
  const { quotes: leads } = await summarize(context, passages, maxRereadParts * 2, input.question)
  const close = parts.filter((part) => leads.some((lead) => isWithin(lead, part))).slice(0, maxRereadParts)
  const texts = await Promise.all(
    close.map(async (part, index) => partPassage(part, await memory.objects.get(part.text), `${index} ${part.title}`)),
  )
  const { quotes, drops } = await summarize(context, texts, maxAnswerSentences, input.question)
  const found: Note = { topic: input.question, quotes, ...unlessNone(drops) }
  return memory.objects.put(found, { tags: ['answer'], ...titled(`Answer: ${input.question}`) })
}, shared)

async function summarize(
  { model, signal }: ActivityContext,
  passages: readonly CitablePassage[],
  maxSentences: number,
  question?: string,
): Promise<Required<Pick<Note, 'quotes' | 'drops'>>> {
  const messages = question === undefined ? [] : [{ role: 'user', text: question } as const]
  try {
    const request = { messages, passages: passages.map(({ passage }) => passage), maxSentences }
    const { sentences, droppedFor = {} } = await model.cite(request, { signal })
    return { quotes: toQuotes(sentences, passages), drops: droppedFor }
  } catch (error) {
    // One part that leads a model astray must not end the report.
    const drops = dropsOf(error)
    if (drops === undefined) throw error
    return { quotes: [], drops }
  }
}

/** There are very many notes, and most lack nothing. */
function unlessNone(drops: Drops): Pick<Note, 'drops'> {
  return Object.keys(drops).length > 0 ? { drops } : {}
}

/** Why no sentence of an answer counts, where that is the error. */
function dropsOf(error: unknown): Drops | undefined {
  return error instanceof ModelCallError && error.code === 'SKEIN_MODEL_CITATION' ? (error.droppedFor ?? {}) : undefined
}

/** The first of some parts, titled by the first and the last of them. */
function titledAs(parts: readonly Part[]): Part {
  const first = parts[0] as Part
  return parts.length === 1 ? first : { ...first, title: `${first.title} … ${parts.at(-1)?.title}` }
}

/** The title of an object. Headings may be of any length, and empty. */
function titled(text: string): { readonly title?: string } {
  const title = text.slice(0, 200).toWellFormed().trim()
  return title === '' ? {} : { title }
}

function tokensOf(quotes: readonly Quote[]): number {
  return quotes.reduce((sum, { text }) => sum + estimateTokens(text), 0)
}

/** The first of each list, then the second of each, and so on. */
function inTurn<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat()
}

/** Turns quotes into passages: each distinct text once, with all its citations. */
function quotePassages(quotes: readonly Quote[]): CitablePassage[] {
  const byText = Map.groupBy(quotes, ({ text }) => text)
  return [...byText].map(([text, same], index) =>
    quotePassage({ text, citations: same.flatMap(({ citations }) => citations) }, `${index}`),
  )
}

function isWithin({ citations }: Quote, part: Part): boolean {
  return citations.some(({ source, start, end }) => source === part.source && start >= part.start && end <= part.end)
}
