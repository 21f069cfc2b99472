import { OptionError } from '../values/errors.ts'
import { Journal } from './journal.ts'
import type { JournalEntry } from './journal.ts'
import { entryKinds } from './journal-options.ts'
import type { EntryOptions, SupersedeOptions } from './journal-options.ts'
import { requireValue } from '../values/json.ts'
import { limits } from '../values/limits.ts'
import { requireInteger } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** The kinds of learning: something worked, failed, keeps happening, or should be done. */
export const learningKinds = ['success', 'failure', 'pattern', 'recommendation'] as const

/** The kinds of learning: something worked, failed, keeps happening, or should be done. */
export type LearningKind = (typeof learningKinds)[number]

/** The circumstances of a learning, such as `{ industry: 'retail', size: 120 }`. */
export type LearningContext = Readonly<Record<string, string | number | boolean | null>>

/** A learning to log: see {@link Learnings.log}. */
export interface LearningInput<Details> extends EntryOptions {
  readonly signal: LearningKind
  readonly context: LearningContext
  /** Any JSON data. */
  readonly details: Details
}

/** The value of a learning's entry. */
export interface LearningValue<Details = unknown> {
  readonly signal: LearningKind
  readonly context: LearningContext
  readonly details: Details
}

/** A learning from a similar context. */
export interface RelevantLearning<Details = unknown> {
  readonly item: JournalEntry<LearningValue<Details>>
  /** The number of context fields that are equal; at least 1. */
  readonly matches: number
}

/** Learnings from similar contexts, by kind, best match first, then newest. */
export type RelevantLearnings<Details = unknown> = Readonly<Record<LearningKind, readonly RelevantLearning<Details>[]>>

/** Options of {@link Learnings.relevant}. */
export interface RelevantOptions {
  /**
   * The maximum number of learnings of each kind.
   *
   * @defaultValue 10
   */
  readonly limit?: number
}

const inputKinds: OptionKinds<LearningInput<unknown>> = {
  ...entryKinds,
  signal: 'any',
  context: 'any',
  details: 'any',
}

/** `relevant` looks through this many of the newest learnings. */
const depth = 10_000
const pageSize = 1_000

/** Learnings of agents, for others in a similar situation. */
export class Learnings extends Journal {
  /**
   * Logs a learning.
   *
   * @throws ValueError, OptionError, StoreError
   */
  async log<Details>(input: LearningInput<Details>): Promise<JournalEntry<LearningValue<Details>>> {
    const { value, options } = inputOf(input)
    return this.append(value, options)
  }

  /**
   * Supersedes a learning: the new one holds in its place. Records derived from it are in doubt, as if it had been
   * retracted.
   *
   * @param next - A new learning, or the entry of one that is there already.
   * @returns the entry that holds now.
   * @throws NotFoundError, AccessError, ValueError, OptionError, StoreError; CorrectedError when one of the two was
   * corrected before
   */
  async supersede<Details>(
    id: string,
    next: Omit<LearningInput<Details>, 'idempotencyKey'> | { readonly id: string },
    options: SupersedeOptions = {},
  ): Promise<JournalEntry<LearningValue<Details>>> {
    return this.replace<LearningValue<Details>>(id, 'id' in next ? next : inputOf(next), options)
  }

  /**
   * Other agents' learnings from similar contexts: among their newest 10,000, those
   * that share at least one field.
   *
   * @throws OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'sales' })
   * const bob = memory.as({ id: 'bob', role: 'sales' })
   * await ann.learnings.log({ signal: 'success', context: { industry: 'retail', size: 120 }, details: 'They like numbers.' })
   *
   * const { success } = await bob.learnings.relevant({ industry: 'retail', size: 90 })
   * success.map(({ item, matches }) => [item.value.details, matches]) // => [['They like numbers.', 1]]
   * await memory.close()
   * ```
   */
  async relevant<Details = unknown>(
    context: LearningContext,
    options: RelevantOptions = {},
  ): Promise<RelevantLearnings<Details>> {
    const { limit = 10 } = requireOptions('learnings.relevant', options, { limit: 'any' })
    requireContext(context)
    requireInteger('limit', limit, 1, limits.page)
    const found: RelevantLearning<Details>[] = []
    let cursor: string | undefined
    for (let seen = 0; seen < depth; seen += pageSize) {
      const query = { notAuthor: this.author, limit: pageSize, ...(cursor !== undefined && { cursor }) }
      const page = await this.list<LearningValue<Details>>(query)
      found.push(...page.items.map((item) => ({ item, matches: countEqual(item.value.context, context) })))
      cursor = page.cursor
      if (cursor === undefined) break
    }
    // Pages come newest first, and sorting keeps the order of equals.
    const ranked = found.filter(({ matches }) => matches > 0).toSorted((a, b) => b.matches - a.matches)
    const of = (signal: LearningKind): RelevantLearning<Details>[] =>
      ranked.filter(({ item }) => item.value.signal === signal).slice(0, limit)
    return {
      success: of('success'),
      failure: of('failure'),
      pattern: of('pattern'),
      recommendation: of('recommendation'),
    }
  }
}

function countEqual(theirs: LearningContext, asked: LearningContext): number {
  return Object.entries(asked).filter(([name, value]) => Object.hasOwn(theirs, name) && theirs[name] === value).length
}

function requireContext(context: LearningContext): void {
  const isPlain = typeof context === 'object' && context !== null && !Array.isArray(context)
  const fields = isPlain ? Object.values(context) : []
  if (isPlain && fields.every((value) => value === null || ['string', 'number', 'boolean'].includes(typeof value)))
    return
  throw new OptionError('context', 'an object of strings, numbers and booleans', context)
}

function inputOf<Details>(input: LearningInput<Details>): { value: LearningValue<Details>; options: EntryOptions } {
  const { signal, context, details, ...options } = requireOptions('learnings.log', input, inputKinds)
  if (!learningKinds.includes(signal)) throw new OptionError('signal', `one of ${learningKinds.join(', ')}`, signal)
  requireContext(context)
  requireValue(details, '$.details')
  return { value: { signal, context, details }, options }
}
