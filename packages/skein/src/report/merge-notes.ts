import type { ActivityContext } from '@skein/core'
import { sumDrops } from '@skein/core/executor'

import { quotePassages, titled, tokensOf } from './note.ts'
import type { Note, NoteRef, Quote } from './note.ts'
import { summarize, unlessNone } from './summarize.ts'

/** Notes to merge. */
export interface MergeInput {
  readonly notes: readonly NoteRef[]
  /** Whether they are of different topics. */
  readonly across: boolean
}

/** The notes merged in one step. */
const fanIn = 8
/**
 * The notes that one activity merges, in steps, with a model that costs nothing: two full rounds, some hundredths of a
 * second of work. An activity for each step would take longer to record than to carry out.
 */
export const mergedAtOnce: number = fanIn ** 2

const maxMergedSentences = 10
const maxAcrossSentences = 24

/** Merges notes into one. Within a topic the most important sentences win; across topics each note has its turn. */
export async function mergeNotes(context: ActivityContext, { notes: refs, across }: MergeInput): Promise<NoteRef> {
  const { memory } = context
  const notes = await Promise.all(refs.map(({ note: ref }) => memory.objects.get(ref)))
  const { quotes, drops } = await mergedOf(context, notes, across)
  const topic = [...new Set(refs.map((ref) => ref.topic))].join(' · ')
  const found: Note = { topic, quotes, ...unlessNone(drops) }
  return {
    note: await memory.objects.put(found, { tags: ['merged'], ...titled(`Notes: ${topic}`) }),
    topic,
    tokens: tokensOf(quotes),
  }
}

type Merged = Required<Pick<Note, 'quotes' | 'drops'>>

/** Merges neighbors in rounds until one is left. */
async function mergedOf(
  context: ActivityContext,
  notes: readonly Pick<Note, 'quotes' | 'drops'>[],
  across: boolean,
): Promise<Merged> {
  const merged = await Promise.all(
    chunksOf(notes).map(async (some) => (some.length === 1 ? withDrops(some[0]!) : step(context, some, across))),
  )
  return merged.length === 1 ? merged[0]! : mergedOf(context, merged, across)
}

async function step(
  context: ActivityContext,
  notes: readonly Pick<Note, 'quotes' | 'drops'>[],
  across: boolean,
): Promise<Merged> {
  context.signal.throwIfAborted()
  const lists = notes.map(({ quotes }) => quotes)
  const merged = across
    ? { quotes: inTurn(lists).slice(0, maxAcrossSentences), drops: {} }
    : await summarize(context, quotePassages(lists.flat()), maxMergedSentences)
  return { quotes: merged.quotes, drops: sumDrops([merged.drops, ...notes.map((one) => one.drops ?? {})]) }
}

function withDrops({ quotes, drops = {} }: Pick<Note, 'quotes' | 'drops'>): Merged {
  return { quotes, drops }
}

function chunksOf<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / fanIn) }, (_, index) =>
    items.slice(index * fanIn, (index + 1) * fanIn),
  )
}

/** The first of each list, then the second of each, and so on. */
function inTurn(lists: readonly (readonly Quote[])[]): Quote[] {
  const longest = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat()
}
