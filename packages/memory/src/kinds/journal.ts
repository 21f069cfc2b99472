import { randomUUID } from 'node:crypto'

import { remainingMs } from '../space/actor.ts'
import type { Actor } from '../space/actor.ts'
import { declassify } from './declassify.ts'
import type { DeclassifyOptions } from './declassify.ts'
import { NotFoundError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { limits } from '../values/limits.ts'
import { requireFilter, requireInteger, requireStrings, requireTimes } from '../values/require-option.ts'
import { subjectsOf, visibleSources } from '../store/source-name.ts'
import { parseCursor } from '../values/page-cursor.ts'
import { queryTerms } from '../search/query-words.ts'
import { indexTerms } from '../search/search-terms.ts'
import { searchableText } from '../search/searchable-text.ts'
import { snippetOf } from '../search/snippet.ts'
import { findBy } from './find-by.ts'
import { guardOf } from '../space/write-options.ts'
import type { WriteOptions } from '../space/write-options.ts'
import type { SearchBy } from '../space/meaning-search.ts'
import type { Shown } from '../space/shown.ts'
import type { Space } from '../space/space.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordFilter } from '../store/query.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** One entry of a journal: written once, never changed. */
export interface JournalEntry<Value = unknown> {
  readonly id: string
  /** Its position in the feed; grows with each write. */
  readonly seq: number
  readonly value: Value
  readonly author: string
  readonly task: string | undefined
  readonly tags: readonly string[]
  readonly importance: number | undefined
  /** Whom or what it is about. */
  readonly subjects: readonly string[]
  /** What it was derived from: ids of objects, and names of other records as `collection/id`. */
  readonly derivedFrom: readonly string[]
  /** Unix milliseconds, by the store's clock. */
  readonly createdAt: number
}

/** Filters of a list; all that are given must hold. */
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
   * The `cursor` of an earlier page. A cursor is a position in the order of writing: that
   * of another list continues with what was written before the end of its page.
   */
  readonly cursor?: string
}

/** One page, newest first. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** Continues the list; absent on the last page. */
  readonly cursor?: string
}

/** A found entry. A higher score is a better match within the same answer. */
export interface SearchResult<Item> {
  readonly item: Item
  readonly score: number
  /** The passage that matched. */
  readonly snippet: string
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
}
const listKinds: OptionKinds<ListOptions> = { ...kindsOfSearch, cursor: 'string' }
/** Options of a search. */
export const searchKinds: OptionKinds<Omit<ListOptions, 'cursor'>> = kindsOfSearch

/** Write-once entries of one collection: the base of observations, decisions and learnings. */
export class Journal {
  readonly #space: Space
  readonly #actor: Actor
  readonly #collection: Collection

  /** @internal */
  constructor(space: Space, actor: Actor, collection: Collection) {
    this.#space = space
    this.#actor = actor
    this.#collection = collection
  }

  protected get author(): string {
    return this.#actor.principal.id
  }

  protected async append<Value>(value: Value, options: WriteOptions): Promise<JournalEntry<Value>> {
    this.#space.assertOpen()
    // Before the first await: the caller may still change the value.
    const text = encodeJson(value)
    const terms = indexTerms(searchableText(value))
    const meta = await this.#actor.describe(options)
    const key = { collection: this.#collection, id: randomUUID() } as const
    const written = await this.#actor.writeOne({
      type: 'set',
      key,
      value: text,
      meta,
      terms,
      ttlMs: options.ttlMs,
      guard: guardOf(options),
    })
    return this.#toEntry<Value>(this.#actor.wrote(key, text, meta, written))
  }

  /**
   * Lists entries, newest first, page by page.
   *
   * @throws OptionError when a filter, limit or cursor makes no sense.
   */
  async list<Value = unknown>(options: ListOptions = {}): Promise<Page<JournalEntry<Value>>> {
    const { limit = 50, cursor } = requireOptions(`${this.#collection}.list`, options, listKinds)
    requireInteger('limit', limit, 1, limits.page)
    this.#space.assertOpen()
    const after = cursor === undefined ? undefined : parseCursor(cursor)
    const page = await this.#actor.query({ ...listFilter(this.#collection, options), order: 'newest', limit, after })
    const items = page.records.map((record) => this.#toEntry<Value>(record))
    return page.next === undefined ? { items } : { items, cursor: String(page.next) }
  }

  /**
   * Publishes an entry under a lower label: a new entry by this principal with the
   * same value, task and tags. The original stays as it was. Needs the right
   * `declassify`.
   *
   * @throws AccessError without the right; NotFoundError when there is no such
   * entry that this principal can see; OptionError when the label would not be
   * lower.
   */
  async declassify<Value = unknown>(id: string, options: DeclassifyOptions): Promise<JournalEntry<Value>> {
    requireStrings('id', [id])
    this.#space.assertOpen()
    const record = await this.#actor.read({ collection: this.#collection, id })
    if (!record) throw new NotFoundError(this.#collection, id)
    const { value } = record
    const key = { collection: this.#collection, id: randomUUID() }
    const ttlMs = remainingMs(this.#actor, record)
    const terms = indexTerms(searchableText(decodeJson(value)))
    const lowered = await declassify(this.#actor, record, options, (meta) => {
      return { type: 'set', key, value, meta, terms, ttlMs }
    })
    return this.#toEntry<Value>(lowered)
  }

  protected async find<Value>(
    text: string,
    options: Omit<ListOptions, 'cursor'> & { readonly by?: SearchBy },
  ): Promise<SearchResult<JournalEntry<Value>>[]> {
    const { limit = 10, by } = requireOptions(`${this.#collection}.search`, options, { ...searchKinds, by: 'any' })
    this.#space.assertOpen()
    const found = await findBy(this.#actor, text, listFilter(this.#collection, options), limit, by)
    const terms = queryTerms(text)
    return found.map(({ record, score }) => {
      const item = this.#toEntry<Value>(record)
      return { item, score, snippet: snippetOf(searchableText(item.value), terms) }
    })
  }

  #toEntry<Value>(record: Shown): JournalEntry<Value> {
    const { id, seq, value, author, task, tags, importance, createdAt } = record
    const derivedFrom = visibleSources(record, this.#actor.audience)
    const subjects = subjectsOf(record)
    const entry = { id, seq, author, task, tags, subjects, importance, derivedFrom, createdAt }
    return { ...entry, value: decodeJson(value) as Value }
  }
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
