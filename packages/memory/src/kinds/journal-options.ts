import type { Include } from '../space/shown.ts'
import { writeOptionKinds } from '../space/write-options.ts'
import type { WriteOptions } from '../space/write-options.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordFilter } from '../store/query.ts'
import { OptionError } from '../values/errors.ts'
import { requireFilter, requireStrings, requireTimes } from '../values/require-option.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** Options of a new entry. */
export interface EntryOptions extends WriteOptions {
  /**
   * Writes once per key: where this principal has written an entry of this kind under it and the same label, which still
   * holds, the call resolves to that entry and writes nothing. So whoever tries again after a failure leaves no second
   * entry. The store keeps a hash of it.
   */
  readonly idempotencyKey?: string
}

/** For {@link EntryOptions}. */
export const entryKinds: OptionKinds<EntryOptions> = { ...writeOptionKinds, idempotencyKey: 'string' }

/** Filters of a list; an entry must match all of them. */
export interface ListOptions {
  readonly task?: string
  readonly author?: string
  readonly notAuthor?: string
  /** All of these. */
  readonly tags?: readonly string[]
  /** Written at or after, Unix milliseconds; not a `Date`. */
  readonly since?: number
  /** Written before, Unix milliseconds. */
  readonly until?: number
  /**
   * At most 1,000.
   *
   * @defaultValue 50
   */
  readonly limit?: number
  /**
   * The `cursor` of an earlier page. A cursor is a position in the order of writing: a cursor of another list continues
   * with entries written before the end of its page.
   */
  readonly cursor?: string
  /**
   * `all` shows what was retracted or superseded as well, with its `correction`.
   *
   * @defaultValue 'holding'
   */
  readonly include?: Include
}

/** Options of a read by id. */
export interface GetOptions {
  /**
   * `all` shows it also if it was retracted or superseded, with its `correction`.
   *
   * @defaultValue 'holding'
   */
  readonly include?: Include
}

/** Options of superseding a record. */
export interface SupersedeOptions {
  /** Why it no longer holds. */
  readonly reason?: string
}

const { cursor: _, ...kindsOfSearch }: OptionKinds<ListOptions> = {
  task: 'any',
  author: 'any',
  notAuthor: 'any',
  tags: 'any',
  since: 'any',
  until: 'any',
  limit: 'any',
  cursor: 'string',
  include: 'any',
}
/** For {@link GetOptions}. */
export const getKinds: OptionKinds<GetOptions> = { include: 'any' }
/** For {@link SupersedeOptions}. */
export const supersedeKinds: OptionKinds<SupersedeOptions> = { reason: 'any' }
/** For {@link ListOptions}. */
export const listKinds: OptionKinds<ListOptions> = { ...kindsOfSearch, cursor: 'string' }
/** Options of a search. */
export const searchKinds: OptionKinds<Omit<ListOptions, 'cursor'>> = kindsOfSearch

/** @throws OptionError */
export function requireInclude(include: Include | undefined): void {
  if (include === undefined || include === 'holding' || include === 'all') return
  throw new OptionError('include', "'holding' or 'all'", include)
}

/** The filter that the options of a list or search ask for. @throws OptionError when one makes no sense. */
export function listFilter(
  collection: Collection,
  { task, author, notAuthor, tags, since, until }: ListOptions,
): Omit<RecordFilter, 'audience'> {
  requireFilter({ task, author, notAuthor })
  requireTimes({ since, until })
  if (tags) requireStrings('tags', tags)
  return { collection, task, author, notAuthor, tags, since, until }
}
