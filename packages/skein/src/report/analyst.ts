import { basename } from 'node:path'

import type { ActivitiesOf, Flock } from '@skein/core'
import type { Drops } from '@skein/core/executor'
import type { MapReduceProgress, QuestionsFor } from '@skein/core/types'
import { fromPromise, setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'

import type { Note, NoteRef, Part, Quote } from './note.ts'
import { groupParts, indexGroups, noteBatches } from './group-parts.ts'
import { inBatches } from './in-batches.ts'
import { mergedAtOnce } from './merge-notes.ts'
import type { FileInput } from './report-work.ts'

/** The activities of a report, as the flock runs them. */
export type ReportActivities = ActivitiesOf<typeof import('./report-activities.ts')>

type Asks<Names extends keyof ReportActivities> = QuestionsFor<Pick<ReportActivities, Names>>

/** The task of an analyst. */
export interface Assignment {
  readonly files: readonly FileInput[]
  /** `undefined` asks for a summary of the whole. */
  readonly question: string | undefined
}

/** The result of an analyst. */
export interface Finding {
  readonly question: string | undefined
  /** Where nothing answers the question, those of a summary of the whole. */
  readonly quotes: readonly Quote[]
  readonly isAnswered: boolean
  /** The object that holds the quotes; absent where there are none. */
  readonly object: string | undefined
  readonly parts: number
  /** Sentences of notes, and of the answer, left out because no source backs them. */
  readonly drops: { readonly notes: Drops; readonly answer: Drops }
}

type Conclusion = Pick<Finding, 'quotes' | 'isAnswered' | 'object' | 'drops'>

interface Studied {
  readonly parts: readonly Part[]
  readonly notes: readonly NoteRef[]
  readonly result: NoteRef | undefined
}

interface Context extends Assignment {
  readonly parts: readonly Part[]
  readonly studied: Studied | undefined
  readonly conclusion: Conclusion
}

/** What an analyst has to know beside its task. */
export interface AnalystOptions {
  /** Whether notes cost calls to a model: then each is work of its own, so that none is paid for twice. */
  readonly isCostly: boolean
  readonly onProgress: (progress: MapReduceProgress) => void
}

/** The longest summary of the whole, in sentences. */
const maxSummarySentences = 12
/** The longest one in place of an answer. */
const maxFallbackSentences = 4
/** The notes merged in one step by a model that costs something, in tokens. */
const maxMergedTokens = 12_000

const nothing: Conclusion = { quotes: [], isAnswered: false, object: undefined, drops: { notes: {}, answer: {} } }

/**
 * Makes the state machine of an analyst, which asks the other roles to do the work.
 *
 * States
 * - `reading` → `studying`: readers split the files into parts.
 * - `studying` → `concluding`: summarizers take notes, combiners merge them by topic.
 * - `concluding` → `done`: the notes become a summary, or summarizers index all sentences and a combiner answers the question.
 *
 * An error in any state ends it.
 */
export function analystMachine(flock: Flock, { isCostly, onProgress }: AnalystOptions): AnyStateMachine {
  const readers = flock.role<Asks<'read'>>('reader')
  const summarizers = flock.role<Asks<'note' | 'index'>>('summarizer')
  const combiners = flock.role<Asks<'merge' | 'answer'>>('combiner')
  const view = flock.memory.as({ id: 'analyst', role: 'analyst' })

  const { createMachine, assign } = setup({
    types: {} as { context: Context; input: Assignment; output: Finding },
    actors: {
      read: fromPromise<readonly Part[], readonly FileInput[]>(async ({ input, signal }) => {
        const contents = await Promise.all(input.map((file) => readers.ask({ type: 'read', input: file }, { signal })))
        return (await Promise.all(contents.map((ref) => view.objects.get(ref)))).flatMap(({ parts }) => parts)
      }),
      study: fromPromise<Studied, readonly Part[]>(async ({ input: parts, signal }) => {
        const groups = groupParts(parts)
        const batches = isCostly ? groups.map((group) => [group]) : noteBatches(groups)
        const { notes, result } = await flock.mapReduce<readonly Part[], NoteRef>({
          inputs: groups,
          map: inBatches(batches, (input, options) => summarizers.ask({ type: 'note', input }, options)),
          ...(isCostly
            ? { sizeOf: ({ tokens }) => tokens, maxSize: maxMergedTokens }
            : // All notes of a batch wait for it, and no merge is too long for the model.
              { concurrency: groups.length, fanIn: mergedAtOnce }),
          key: ({ topic }) => topic,
          reduce: (some, { across, ...options }) =>
            combiners.ask({ type: 'merge', input: { notes: some, across } }, options),
          signal,
          onProgress,
        })
        return { parts, notes: notes.filter((note) => note !== undefined), result }
      }),
      conclude: fromPromise<Conclusion, Assignment & { studied: Studied }>(async ({ input, signal }) => {
        const { parts, notes, result } = input.studied
        if (!result) return nothing
        const { quotes, drops = {} } = await view.objects.get(result.note)
        /** A part of the notes on everything, kept for whoever looks at the run later. */
        const summary = async (limit: number, title: string): Promise<Pick<Conclusion, 'quotes' | 'object'>> => {
          const chosen = inSourceOrder(quotes.slice(0, limit), input.files)
          const found: Note = { topic: result.topic, quotes: chosen }
          const { id } = await view.objects.put(found, { tags: ['summary'], title, derivedFrom: [result.note] })
          return { quotes: chosen, object: id }
        }
        if (input.question === undefined) {
          const whole = await summary(maxSummarySentences, 'Summary')
          return { ...whole, isAnswered: true, drops: { notes: drops, answer: {} } }
        }
        const [partsRef, notesRef, ...indexes] = await Promise.all([
          view.objects.put(parts, { title: titleOf('Outline', input.files) }),
          view.objects.put(notes, { title: titleOf('Notes', input.files) }),
          ...indexGroups(parts).map((group) => summarizers.ask({ type: 'index', input: group }, { signal })),
        ])
        const question = { question: input.question, parts: partsRef, notes: notesRef, indexes }
        const ref = await combiners.ask({ type: 'answer', input: question }, { signal })
        const answer = await view.objects.get(ref)
        const isAnswered = answer.quotes.length > 0
        return {
          ...(isAnswered
            ? { quotes: answer.quotes, object: ref.id }
            : await summary(maxFallbackSentences, 'Summary in place of an answer')),
          isAnswered,
          drops: { notes: drops, answer: answer.drops ?? {} },
        }
      }),
    },
  })
  return createMachine({
    context: ({ input }) => ({ ...input, parts: [], studied: undefined, conclusion: nothing }),
    initial: 'reading',
    states: {
      reading: {
        invoke: {
          src: 'read',
          input: ({ context }) => context.files,
          onDone: { target: 'studying', actions: assign({ parts: ({ event }) => event.output }) },
        },
      },
      studying: {
        invoke: {
          src: 'study',
          input: ({ context }) => context.parts,
          onDone: { target: 'concluding', actions: assign({ studied: ({ event }) => event.output }) },
        },
      },
      concluding: {
        invoke: {
          src: 'conclude',
          input: ({ context: { files, question, studied } }) => ({ files, question, studied: studied as Studied }),
          onDone: { target: 'done', actions: assign({ conclusion: ({ event }) => event.output }) },
        },
      },
      done: { type: 'final' },
    },
    output: ({ context: { question, conclusion, parts } }) => ({ question, ...conclusion, parts: parts.length }),
  })
}

/** Sorts quotes by the order of the files, then by their place in the file. */
export function inSourceOrder(quotes: readonly Quote[], files: readonly Pick<FileInput, 'digest'>[]): Quote[] {
  const places = new Map(files.map(({ digest }, index) => [digest, index]))
  const fileOf = ({ citations }: Quote): number => places.get(citations[0]?.source ?? '') ?? 0
  const startOf = ({ citations }: Quote): number => citations[0]?.start ?? 0
  return quotes.toSorted((a, b) => fileOf(a) - fileOf(b) || startOf(a) - startOf(b))
}

/** The title of an object about some files, for people. */
function titleOf(what: string, files: readonly FileInput[]): string {
  const [first, ...others] = files.map(({ source }) => basename(source))
  return `${what} of ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`.slice(0, 200).toWellFormed()
}
