import type { Source } from '../space/write-options.ts'
import { nameOfSource } from '../space/write-options.ts'
import { collectionsWith, hasTrait } from '../store/collections.ts'
import type { Collection, CollectionWith } from '../store/collections.ts'
import { keyOfSource } from '../store/source-name.ts'
import { OptionError } from '../values/errors.ts'
import { requireFilter, requireIds, requireStrings, requireTimes } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** Selects records to forget by their properties; a record must match all of them. */
export interface ForgetFilter {
  /** Whom or what they are about, or are derived from. */
  readonly subject?: string
  readonly task?: string
  readonly author?: string
  /** All of these. */
  readonly tags?: readonly string[]
  /** Last written at or after, Unix milliseconds. */
  readonly since?: number
  /** Last written before, Unix milliseconds. */
  readonly until?: number
  /** Of this kind alone. */
  readonly collection?: CollectionWith<'derived'>
}

/** What to forget: one record, several, or all that a filter finds. */
export type ForgetTarget = Source | readonly Source[] | ForgetFilter

/** Options of `View.forget`. */
export interface ForgetOptions {
  /** Why: it is kept with who forgot how much and when, so it must not repeat what is forgotten. */
  readonly reason: string
  /**
   * What becomes of all that is derived from it: `forget` it too, `keep` it, or keep it and `report` what it is.
   *
   * @defaultValue 'report'
   */
  readonly derived?: 'keep' | 'report' | 'forget'
  /**
   * Whether only to find out: nothing is forgotten, and the report says what would be.
   *
   * @defaultValue false
   */
  readonly dryRun?: boolean
}

/** What was forgotten. */
export interface ForgetReport {
  /** Of the record in `erasures` that reports on it, but for what others wrote meanwhile; `undefined` where there was nothing to forget. */
  readonly id: string | undefined
  /** Records that are gone, by their kind. */
  readonly forgotten: Readonly<Partial<Record<Collection, number>>>
  /** Contents of objects that are gone: no object has them any longer that is as sensitive as what was forgotten, or less. */
  readonly contents: number
  /**
   * What stays, as `collection/id` or ids of objects: with `derived: 'report'`, what is derived from it; and what others
   * wrote meanwhile that should go, where this principal may not forget it or a hold keeps it.
   */
  readonly left: readonly string[]
}

/** The kinds of record that can be derived from others, about a subject, and forgotten. */
export const forgettable: readonly Collection[] = collectionsWith('derived')
/** The same, with the mail of agents: what work sends is derived from what it has read. */
export const reachable: readonly Collection[] = [...forgettable, 'messages']

const optionKinds: OptionKinds<ForgetOptions> = { reason: 'any', derived: 'any', dryRun: 'boolean' }
const filterKinds: OptionKinds<ForgetFilter> = {
  subject: 'string',
  task: 'string',
  author: 'string',
  tags: 'any',
  since: 'any',
  until: 'any',
  collection: 'string',
}

/** @throws OptionError */
export function requireForgetOptions(options: ForgetOptions): Required<ForgetOptions> {
  const { reason, derived = 'report', dryRun = false } = requireOptions('forget', options, optionKinds)
  requireStrings('reason', [reason])
  if (derived !== 'keep' && derived !== 'report' && derived !== 'forget') {
    throw new OptionError('derived', "'keep', 'report' or 'forget'", derived)
  }
  return { reason, derived, dryRun }
}

/** Tells single records from a filter. @throws OptionError */
export function parseTarget(what: ForgetTarget): { readonly sources: readonly Source[] } | ForgetFilter {
  if (isFilter(what)) return requireForgetFilter(what)
  const sources = Array.isArray(what) ? (what as readonly Source[]) : [what as Source]
  const names = sources.map(nameOfSource)
  requireIds('what', names)
  for (const name of names) requireNameable(name)
  return { sources }
}

/** What a memory keeps to govern itself can't be forgotten: who forgot what, holds, the audit, leases. @throws OptionError */
function requireNameable(name: string): void {
  const collection = keyOfSource(name)?.collection
  if (collection !== undefined && !hasTrait(collection, 'forgettable')) {
    throw new OptionError('what', `a record of ${collectionsWith('forgettable').join(', ')}`, name)
  }
}

/** Whether a filter asks for a subject and nothing else. What is derived from what is about a subject is about it, too. */
export function isSubjectAlone(filter: ForgetFilter | undefined): boolean {
  return (
    filter !== undefined && Object.entries(filter).every(([name, value]) => name === 'subject' || value === undefined)
  )
}

function isFilter(what: ForgetTarget): what is ForgetFilter {
  return typeof what === 'object' && what !== null && !Array.isArray(what) && !('id' in what) && !('key' in what)
}

function requireForgetFilter(filter: ForgetFilter): ForgetFilter {
  const { subject, task, author, tags, since, until, collection } = requireOptions('forget', filter, filterKinds)
  requireFilter({ subject, task, author })
  requireTimes({ since, until })
  if (tags !== undefined) requireStrings('tags', tags)
  if (collection !== undefined && !forgettable.includes(collection)) {
    throw new OptionError('collection', forgettable.join(', '), collection)
  }
  if (Object.values(filter).every((value) => value === undefined)) {
    throw new OptionError('what', 'a record, or a filter with at least one property', filter)
  }
  return filter
}
