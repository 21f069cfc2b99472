/**
 * The work of a report, which runs in worker threads.
 *
 * Readers read a file into parts; summarizers take notes on a part and index its sentences; combiners
 * merge notes and answer a question. They exchange refs only.
 *
 * @module
 */

import { setImmediate } from 'node:timers/promises'

import { activity } from '@skein/core'
import { findAnswers, readSentences } from '@skein/core/executor'
import type { Language, ReadText } from '@skein/core/executor'
import type { Activity, ActivityContext } from '@skein/core'
import type { Ref, Transaction } from '@skein/memory'

import { placesWithin } from '../documents/placed-text.ts'
import type { PlacedText } from '../documents/placed-text.ts'
import { readDocument } from '../documents/read-document.ts'
import { InputError } from '../open/input-error.ts'
import type { Section } from '../sections/split-sections.ts'
import { mergeNotes } from './merge-notes.ts'
import type { MergeInput } from './merge-notes.ts'
import { contentsTag, partPassage, quotePassages, sourceRange, titled, tokensOf } from './note.ts'
import type { Contents, Note, NoteRef, Part, Quote } from './note.ts'
import { summarize, unlessNone } from './summarize.ts'

/** A file to read. Its digest is part of the key of the work: a changed file is read again. */
export interface FileInput {
  readonly path: string
  readonly source: string
  readonly digest: string
  /** Its parts, which were found when the report was planned. */
  readonly sections: readonly Section[]
  /** Its text, if it can't be read again: of a pipe, or standard input. */
  readonly content?: Ref<PlacedText>
  readonly encoding?: string
  readonly language?: Language
}

/** A question about parts and the notes on them. */
export interface QuestionInput {
  readonly question: string
  readonly notes: Ref<readonly NoteRef[]>
  readonly parts: Ref<readonly Part[]>
  /** The sentences of the parts, in the same order. */
  readonly indexes: readonly Ref<readonly ReadText[]>[]
}

/** Parts that are stored in one transaction. */
const storedAtOnce = 1_000
const maxNoteSentences = 5
const maxAnswerSentences = 4
/** How many parts are read again, in full, for a question. */
const maxRereadParts = 8
/** How many sentences that may answer a question lead to the parts that are read again. */
const maxLeads = 40

/** Part of the keys of results: changes with whatever the modules below make of a text. */
const version = '9'

/** The activities of a report. */
export interface ReportWork {
  readonly read: Activity<FileInput, Ref<Contents>>
  readonly index: Activity<readonly Part[], Ref<readonly ReadText[]>>
  /** Of each group of parts. Its progress is how many. */
  readonly note: Activity<readonly (readonly Part[])[], readonly NoteRef[]>
  readonly merge: Activity<MergeInput, NoteRef>
  readonly answer: Activity<QuestionInput, Ref<Note>>
}

/** Makes the activities of a report. Many run at a time in a thread. */
export function reportWork(): ReportWork {
  const options = { kind: 'io', shared: true, version } as const
  return {
    read: activity(readFile, options),
    index: activity(indexParts, options),
    note: activity(takeNotes, options),
    merge: activity(mergeNotes, options),
    answer: activity(answerQuestion, options),
  }
}

/** Stores a file, and its parts. */
async function readFile(
  { memory, signal }: ActivityContext,
  { path, source, digest, sections, content, encoding, language }: FileInput,
): Promise<Ref<Contents>> {
  const file = content
    ? { ...(await memory.objects.get(content)), digest }
    : await readDocument(path, source, { encoding, signal })
  if (file.digest !== digest)
    throw new InputError(source, 'changed while it was being read. Run again when it is complete.')
  const { text: whole, places } = file
  const wholeRef = await memory.objects.put(whole, { task: digest, tags: ['source'], ...titled(source) })
  const parts: Part[] = []
  for (let from = 0; from < sections.length; from += storedAtOnce) {
    const some = sections.slice(from, from + storedAtOnce)
    parts.push(
      ...(await memory.transaction(({ objects }) => {
        return Promise.all(
          some.map(async ({ topic, title, start, end }): Promise<Part> => {
            const placed = { start, end, ...(places && { places: placesWithin(places, start, end) }) }
            const range = sourceRange(placed)
            const text = await objects.put(whole.slice(start, end), {
              task: digest,
              // By its place, a viewer finds the part that a citation means.
              tags: ['part', `at:${range.start}-${range.end}`],
              ...titled(title),
              derivedFrom: [wholeRef],
            })
            return { text, source: digest, topic, title, ...placed, ...(language && { language }) }
          }),
        )
      })),
    )
  }
  const contents: Contents = { source, ...(!content && { path }), parts }
  return memory.objects.put(contents, { task: digest, tags: [contentsTag], ...titled(`Contents of ${source}`) })
}

/** Reads the sentences of some parts once, for all questions about them. */
async function indexParts({ memory }: ActivityContext, parts: readonly Part[]): Promise<Ref<readonly ReadText[]>> {
  const texts = await Promise.all(
    parts.map(async ({ text, language }) => readSentences(await memory.objects.get(text), language)),
  )
  return memory.objects.put(texts, { tags: ['index'], ...titled(`Sentences of ${titledAs(parts).title}`) })
}

/**
 * Takes notes on groups of parts. Each has a transaction of its own, which begins before any other has read: so a note is
 * derived from its own parts. One alone needs none, and a model is not asked within one.
 */
async function takeNotes(context: ActivityContext, groups: readonly (readonly Part[])[]): Promise<readonly NoteRef[]> {
  const notes = await Promise.all(
    groups.length === 1
      ? groups.map((parts) => takeNote(context, context.memory, parts))
      : groups.map((parts) => context.memory.transaction((tx) => takeNote(context, tx, parts))),
  )
  context.progress(notes.length)
  return notes
}

/** Takes notes on one part, or on small ones that share a call, and logs them as an observation for everyone to find. */
async function takeNote(
  context: ActivityContext,
  { objects, observations }: Pick<Transaction, 'objects' | 'observations'>,
  parts: readonly Part[],
): Promise<NoteRef> {
  context.signal.throwIfAborted()
  const part = titledAs(parts)
  const passages = await Promise.all(
    parts.map(async (one, index) => partPassage(one, await objects.get(one.text), `${index} ${one.title}`)),
  )
  const { quotes, drops } = await summarize(context, passages, maxNoteSentences, undefined, part.language)
  // What a batch has to write leaves together, and shares a commit.
  await setImmediate()
  context.signal.throwIfAborted()
  const found: Note = { topic: part.topic, quotes, ...unlessNone(drops) }
  const ref = await objects.put(found, {
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
  await observations.log({
    task: part.source,
    value,
    tags: ['note'],
    derivedFrom: [ref],
    // A run that was stopped may have logged it, and one over more files groups its parts in other batches.
    idempotencyKey: `note ${ref.id} of ${part.source} from ${part.start} to ${parts.at(-1)?.end}`,
  })
  return { note: ref, topic: part.topic, tokens: tokensOf(quotes) }
}

/**
 * Answers a question: finds the parts that matter by all their sentences, then reads those
 * parts in full. Where no sentence has the words of the question, the notes may lead to
 * parts that say the same in other words.
 */
async function answerQuestion(context: ActivityContext, input: QuestionInput): Promise<Ref<Note>> {
  const { memory } = context
  const parts = await memory.objects.get(input.parts)
  const close = await partsAbout(context, input, parts)
  const texts = await Promise.all(
    close.map(async (part, index) => partPassage(part, await memory.objects.get(part.text), `${index} ${part.title}`)),
  )
  const { quotes, drops } = await summarize(context, texts, maxAnswerSentences, input.question, close[0]?.language)
  const found: Note = { topic: input.question, quotes, ...unlessNone(drops) }
  return memory.objects.put(found, { tags: ['answer'], ...titled(`Answer: ${input.question}`) })
}

async function partsAbout(
  context: ActivityContext,
  { question, indexes, notes: refs }: QuestionInput,
  parts: readonly Part[],
): Promise<readonly Part[]> {
  const { memory } = context
  const [texts, read] = await Promise.all([
    Promise.all(parts.map(({ text }) => memory.objects.get(text))),
    Promise.all(indexes.map((ref) => memory.objects.get(ref))),
  ])
  const sources = read.flat().map((one, index) => ({ ...one, text: texts[index] ?? '' }))
  const found = new Set((await findAnswers(question, sources, maxLeads)).map(({ source }) => source))
  if (found.size > 0)
    return inOrder([...found].slice(0, maxRereadParts)).flatMap((index) => parts.slice(index, index + 1))
  const notes = await Promise.all((await memory.objects.get(refs)).map(({ note: ref }) => memory.objects.get(ref)))
  const passages = quotePassages(notes.flatMap(({ quotes }) => quotes))
  const { quotes: leads } = await summarize(context, passages, maxRereadParts * 2, question, parts[0]?.language)
  return parts.filter((part) => leads.some((lead) => isWithin(lead, part))).slice(0, maxRereadParts)
}

function inOrder(indexes: readonly number[]): number[] {
  return indexes.toSorted((one, other) => one - other)
}

/** The first of some parts, titled by the first and the last of them. */
function titledAs(parts: readonly Part[]): Part {
  const first = parts[0] as Part
  return parts.length === 1 ? first : { ...first, title: `${first.title} … ${parts.at(-1)?.title}` }
}

function isWithin({ citations }: Quote, part: Part): boolean {
  const range = sourceRange(part)
  return citations.some(({ source, start, end }) => source === part.source && start >= range.start && end <= range.end)
}
