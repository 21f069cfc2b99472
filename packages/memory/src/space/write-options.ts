import type { Guard } from '../store/mutation.ts'
import { sourceName } from '../store/source-name.ts'
import { requireCompartments, requireLevel } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { OptionError } from '../values/errors.ts'
import { requireIds, requireInteger, requireLifetime, requireNumber, requireStrings } from '../values/require-option.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** Options of every write. */
export interface WriteOptions {
  /** The task that the record belongs to. */
  readonly task?: string
  readonly tags?: readonly string[]
  /** From 0, negligible, to 1. */
  readonly importance?: number
  /** @defaultValue 'public', or the sensitivity of its sources, whichever is higher */
  readonly sensitivity?: Level
  readonly compartments?: readonly string[]
  /** The sources that it is derived from. Inside an activity, its reads are added. */
  readonly derivedFrom?: readonly Source[]
  /**
   * The person or thing that it is about, such as `person/42`, by which everything about them can be found and
   * forgotten. Derived records are about the same.
   */
  readonly subject?: string | readonly string[]
  /** Time to live in milliseconds; for ever when left out. */
  readonly ttlMs?: number
  /** Write only while this claim is held. The record belongs to the claim's task, unless `task` names another. */
  readonly claim?: ClaimToken
}

/**
 * A source: the ref of an object, an entry from a list or a write, a fact, or the name of a record as `collection/id`.
 */
export type Source = { readonly id: string } | { readonly key: string } | string

/** Proves to a store that a claim is held; plain data that may travel to another thread. */
export interface ClaimToken {
  readonly task: string
  readonly fence: number
}

/** For the options of a kind of memory that include these. */
export const writeOptionKinds: OptionKinds<WriteOptions> = {
  task: 'any',
  tags: 'any',
  importance: 'any',
  sensitivity: 'any',
  compartments: 'any',
  derivedFrom: 'any',
  subject: 'any',
  ttlMs: 'any',
  claim: 'object',
}

/** @throws OptionError when an option makes no sense. */
export function requireWriteOptions(options: WriteOptions): void {
  const { task = options.claim?.task, tags = [], importance, sensitivity = 'public', compartments = [] } = options
  requireLevel('sensitivity', sensitivity)
  requireStrings('tags', tags)
  requireCompartments('compartments', compartments)
  if (task !== undefined) requireStrings('task', [task])
  guardOf(options)
  if (importance !== undefined) requireNumber('importance', importance, 0, 1)
  if (options.ttlMs !== undefined) requireLifetime('ttlMs', options.ttlMs)
  if (options.derivedFrom) requireSources(options.derivedFrom)
  if (options.subject !== undefined) requireStrings('subject', [options.subject].flat())
}

function requireSources(sources: readonly Source[]): void {
  if (!Array.isArray(sources))
    throw new OptionError('derivedFrom', 'an array of refs, entries, facts or names', sources)
  requireIds('derivedFrom', sources.map(nameOfSource))
}

/** The name of a source, see `store/source-name.ts`; of an entry of a journal only its id. */
export function nameOfSource(source: Source): string {
  // What is none is refused by whoever checks the names.
  if (typeof source !== 'object' || source === null) return source
  return 'key' in source ? sourceName({ collection: 'facts', id: source.key }) : source.id
}

/** The guard of a write with these options. @throws OptionError when the claim is invalid. */
export function guardOf(options: Pick<WriteOptions, 'claim'>): Guard | undefined {
  if (!('claim' in options)) return undefined
  const { claim } = options
  // An agent that lost the race for a claim passes `undefined`, and must not write as if it needed none.
  if (claim === undefined) throw new OptionError('claim', 'a held claim, or left out', claim)
  requireStrings('claim.task', [claim.task])
  requireInteger('claim.fence', claim.fence, 1)
  return { key: { collection: 'claims', id: claim.task }, version: claim.fence }
}
