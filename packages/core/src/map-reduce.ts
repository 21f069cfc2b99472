import { OptionError } from '@skein/memory'
import { ReadScope, requireInteger, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'
import { joinLabels } from '@skein/memory/store'
import type { Label } from '@skein/memory/store'

import { requireOnRetract } from './activities/activity.ts'
import { mapInputs } from './map-inputs.ts'
import type { MapFailure } from './map-reduce-error.ts'
import { Semaphore } from './base/semaphore.ts'

/** One step of a map-reduce: an activity's handle, or any function of the same shape. */
export type Step<Input, Output> = (input: Input, options: StepOptions) => Promise<Output>

/** What a step gets beside its input, to pass on to activities and questions. */
export interface StepOptions {
  readonly signal?: AbortSignal
  /** As the map-reduce was told. */
  readonly onRetract?: 'keep' | 'recompute'
  /** What the step's input is based on. It notes what the step reads, for the steps that get its note. */
  readonly scope: ReadScope
}

/** Options that a reduce step gets with its notes. */
export interface ReduceStepOptions extends StepOptions {
  /** Whether the notes are the merged notes of several groups. */
  readonly across: boolean
}

/** The steps and settings of a map-reduce. */
export interface MapReduceOptions<Input, Note> {
  readonly inputs: readonly Input[]
  /** Turns one input into a note. */
  readonly map: Step<Input, Note>
  /** Names the group of a note. @defaultValue all notes are one group */
  readonly key?: (note: Note, input: Input, index: number) => string
  /** Merges a few notes into one: notes of one group, or `across` groups. */
  readonly reduce: (notes: readonly Note[], options: ReduceStepOptions) => Promise<Note>
  /**
   * Most notes of one reduce step; more are merged in a tree.
   *
   * @defaultValue 8
   */
  readonly fanIn?: number
  /** Size of a note, in tokens for example. @defaultValue notes are merged by number only */
  readonly sizeOf?: (note: Note) => number
  /**
   * Largest total size of the notes of one reduce step: what a model can read in
   * one call. Two notes are merged whatever their size.
   *
   * @defaultValue no limit
   */
  readonly maxSize?: number
  /**
   * Most steps that run at once.
   *
   * @defaultValue 64; with workers on other machines twice as many as these can run, if that is more
   */
  readonly concurrency?: number
  readonly signal?: AbortSignal
  /** Called after each finished step. */
  readonly onProgress?: (progress: MapReduceProgress) => void
  /**
   * What happens when a part fails: `stop` fails the whole, after the running steps
   * have ended; `skip` continues without the part and reports it.
   *
   * @defaultValue 'stop'
   */
  readonly onFailure?: 'stop' | 'skip'
  /**
   * For steps that are shared activities, in place of their own: with `recompute`, results that rest on something that is
   * retracted or superseded are forgotten with it. The next run computes these parts again, and what was merged from
   * them, and nothing else.
   *
   * @defaultValue what each activity says
   */
  readonly onRetract?: 'keep' | 'recompute'
}

/** How many steps run at once where nobody says it, and no workers on other machines can run more. */
export const leastWidth = 64

/** The progress of a map-reduce. */
export interface MapReduceProgress {
  readonly stage: 'map' | 'reduce'
  readonly done: number
  /** Steps of this stage; where notes are merged by size, those known so far. */
  readonly total: number
}

/** The result of a map-reduce. */
export interface MapReduceResult<Note> {
  /** Everything merged; `undefined` when there was nothing to merge. */
  readonly result: Note | undefined
  /** The merged note of each group, in the order of its first input. */
  readonly groups: ReadonlyMap<string, Note>
  /** The notes in the order of their inputs; `undefined` for a part that was skipped. */
  readonly notes: readonly (Note | undefined)[]
  /** How sensitive all of it is, as far as the steps passed their scopes on. */
  readonly label: Label
  readonly failures: readonly MapFailure[]
  readonly stats: { readonly parts: number; readonly mapped: number; readonly reduces: number }
}

const kinds: OptionKinds<MapReduceOptions<unknown, unknown>> = {
  inputs: 'any',
  map: 'any',
  key: 'function',
  reduce: 'any',
  fanIn: 'any',
  sizeOf: 'function',
  maxSize: 'any',
  concurrency: 'any',
  signal: 'object',
  onProgress: 'function',
  onFailure: 'any',
  onRetract: 'any',
}

/**
 * See `Flock.mapReduce`.
 *
 * @param width - How many steps run at once if the options don't say it.
 * @throws MapReduceError when a part fails and `onFailure` is `stop`; the signal's reason.
 */
export async function mapReduce<Input, Note>(
  given: MapReduceOptions<Input, Note>,
  width = (): number => leastWidth,
): Promise<MapReduceResult<Note>> {
  const options = requireOptions('mapReduce', given, kinds)
  const { inputs, key = () => '', fanIn = 8, concurrency, signal, onFailure = 'stop' } = options
  const { sizeOf, maxSize = Number.POSITIVE_INFINITY } = options
  if (!Array.isArray(inputs)) throw new OptionError('inputs', 'an array', inputs)
  if (typeof options.map !== 'function') throw new OptionError('map', 'a function of an input', options.map)
  if (typeof options.reduce !== 'function') throw new OptionError('reduce', 'a function of notes', options.reduce)
  if (onFailure !== 'stop' && onFailure !== 'skip') throw new OptionError('onFailure', "'stop' or 'skip'", onFailure)
  requireOnRetract(options.onRetract)
  requireInteger('fanIn', fanIn, 2)
  if (concurrency !== undefined) requireInteger('concurrency', concurrency, 1)
  if (!(maxSize > 0)) throw new OptionError('maxSize', 'a number above 0', maxSize)
  signal?.throwIfAborted()
  const slots = new Semaphore(concurrency ?? width)
  const step = { ...(signal && { signal }), ...(options.onRetract && { onRetract: options.onRetract }) }
  let mapped = 0
  const map = async (input: Input): Promise<Made<Note>> => {
    const scope = new ReadScope({ lasts: true })
    const note = await options.map(input, { ...step, scope })
    mapped += 1
    options.onProgress?.({ stage: 'map', done: mapped, total: inputs.length })
    return { note, label: scope.label }
  }
  const { made, failures } = await mapInputs(inputs, map, { slots, signal, onFailure })

  const shuffled = Map.groupBy(
    inputs
      .map((input, index) => ({ input, index, made: made[index] as Made<Note> }))
      .filter(({ index }) => isMapped(index, failures)),
    (part) => key(part.made.note, part.input, part.index),
  )
  const sizes = [...shuffled.values()].map((group) => group.length)
  // Where notes are merged by size, the number of steps depends on the results of earlier ones.
  let total = sizeOf ? 0 : stepsOf(sizes.length, fanIn) + sizes.reduce((sum, size) => sum + stepsOf(size, fanIn), 0)
  let reduces = 0
  const divide = (some: readonly Made<Note>[]): Made<Note>[][] => {
    if (!sizeOf) return chunk(some, fanIn)
    const chunks = chunkBySize(some, { fanIn, sizeOf: ({ note }) => sizeOf(note), maxSize })
    total += chunks.filter(({ length }) => length > 1).length
    return chunks
  }
  const reduce = async (some: readonly Made<Note>[], across: boolean): Promise<Made<Note>> => {
    const scope = new ReadScope({ lasts: true })
    for (const { label } of some) scope.noteLabel(label)
    const notes = some.map(({ note }) => note)
    const note = await slots.run(() => options.reduce(notes, { ...step, across, scope }), signal)
    reduces += 1
    options.onProgress?.({ stage: 'reduce', done: reduces, total })
    return { note, label: scope.label }
  }
  const merged = await Promise.all(
    [...shuffled].map(async ([group, members]) => {
      return [
        group,
        await reduceTree<Made<Note>>(
          members.map((member) => member.made),
          divide,
          (some) => reduce(some, false),
        ),
      ] as const
    }),
  )
  const all = merged.map(([, group]) => group)
  const whole = all.length === 0 ? undefined : await reduceTree(all, divide, (some) => reduce(some, true))
  return {
    result: whole?.note,
    groups: new Map(merged.map(([group, { note }]) => [group, note])),
    notes: made.map((part) => part?.note),
    label: joinLabels(whole ? [whole.label] : []),
    failures,
    stats: { parts: inputs.length, mapped, reduces },
  }
}

/** A note, and how sensitive what it was made from is. */
interface Made<Note> {
  readonly note: Note
  readonly label: Label
}

/** Merges notes in rounds until one is left; a single note needs no merging. */
async function reduceTree<Note>(
  notes: readonly Note[],
  divide: (notes: readonly Note[]) => readonly (readonly Note[])[],
  reduce: (some: readonly Note[]) => Promise<Note>,
): Promise<Note> {
  if (notes.length === 1) return notes[0] as Note
  const merged = await Promise.all(
    divide(notes).map(async (some): Promise<Note> => (some.length === 1 ? (some[0] as Note) : reduce(some))),
  )
  return reduceTree(merged as Note[], divide, reduce)
}

/** How many merges a tree over so many notes needs. */
function stepsOf(notes: number, fanIn: number): number {
  if (notes <= 1) return 0
  const parents = Math.ceil(notes / fanIn)
  const singles = notes % fanIn === 1 ? 1 : 0
  return parents - singles + stepsOf(parents, fanIn)
}

function chunk<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

/** Groups neighbors up to a size, but at least in pairs: each round has to reduce their number. */
function chunkBySize<Item>(
  items: readonly Item[],
  {
    fanIn,
    sizeOf,
    maxSize,
  }: { readonly fanIn: number; readonly sizeOf: (item: Item) => number; readonly maxSize: number },
): Item[][] {
  const chunks: Item[][] = []
  let size = 0
  for (const item of items) {
    const last = chunks.at(-1)
    const more = sizeOf(item)
    if (last && last.length < fanIn && (last.length < 2 || size + more <= maxSize)) {
      last.push(item)
      size += more
    } else {
      chunks.push([item])
      size = more
    }
  }
  return chunks
}

function isMapped(index: number, failures: readonly MapFailure[]): boolean {
  return failures.every((failure) => failure.index !== index)
}
