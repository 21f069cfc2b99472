import type { Label } from '../values/access.ts'
import type { Actor } from '../space/actor.ts'
import { OptionError } from '../values/errors.ts'
import { collectionsWith, hasTrait } from '../store/collections.ts'
import { decodeJson } from '../values/json.ts'
import { visibleSources } from '../store/source-name.ts'
import { parseCursor } from '../values/page-cursor.ts'
import { limits } from '../values/limits.ts'
import { requireFilter, requireIds, requireInteger, requireStrings, requireTimes } from '../values/require-option.ts'
import { findBy } from '../kinds/find-by.ts'
import type { Space } from '../space/space.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordFilter } from '../store/query.ts'
import type { SearchBy } from '../space/meaning-search.ts'
import type { Shown } from '../space/shown.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** A record of any kind, as a browser of the memory sees it. Times are Unix milliseconds by the store's clock. */
export interface AnyRecord extends Label {
  readonly collection: Collection
  readonly id: string
  readonly value: unknown
  /** Length of the stored value, in UTF-16 units. */
  readonly size: number
  readonly version: number
  readonly seq: number
  readonly author: string
  readonly task: string | undefined
  readonly tags: readonly string[]
  readonly importance: number | undefined
  /** Ids of the objects that it was made from. */
  readonly derivedFrom: readonly string[]
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number | undefined
}

/** Filters of a list of records; all that are given must hold. */
export interface RecordsFilter {
  readonly collection: Collection
  readonly task?: string
  readonly author?: string
  /** All of these. */
  readonly tags?: readonly string[]
  /** Derived from the object with this id. */
  readonly derivedFrom?: string
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
  /** Where an earlier page ended. */
  readonly cursor?: string
}

/** One page of records, newest first. */
export interface RecordsPage {
  readonly items: readonly AnyRecord[]
  /** Continues the list; absent on the last page. */
  readonly cursor?: string
}

const { cursor: _, ...searchKinds }: OptionKinds<RecordsFilter> = {
  collection: 'any',
  task: 'any',
  author: 'any',
  tags: 'any',
  derivedFrom: 'any',
  since: 'any',
  until: 'any',
  limit: 'any',
  cursor: 'string',
}
const listKinds: OptionKinds<RecordsFilter> = { ...searchKinds, cursor: 'string' }

/** Browses records of all kinds. Agents use the interface of each kind instead. */
export class Records {
  /** The kinds of record to browse. */
  static readonly collections: readonly Collection[] = collectionsWith('shown')

  readonly #space: Space
  readonly #actor: Actor

  /** @internal */
  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  /**
   * Lists records of a collection, the newest first, page by page.
   *
   * @throws OptionError when a filter, limit or cursor makes no sense; StoreError
   */
  async list(filter: RecordsFilter): Promise<RecordsPage> {
    const { limit = 50, cursor } = requireOptions('records.list', filter, listKinds)
    requireInteger('limit', limit, 1, limits.page)
    this.#space.assertOpen()
    const after = cursor === undefined ? undefined : parseCursor(cursor)
    const page = await this.#actor.query({ ...this.#filter(filter), order: 'newest', limit, after })
    const items = page.records.map((record) => this.#toRecord(record))
    return page.next === undefined ? { items } : { items, cursor: String(page.next) }
  }

  /**
   * One record; `undefined` when this principal can see none.
   *
   * @throws OptionError, CorruptRecordError, StoreError
   */
  async get(collection: Collection, id: string): Promise<AnyRecord | undefined> {
    requireCollection(collection)
    requireIds('id', [id])
    this.#space.assertOpen()
    const record = await this.#actor.read({ collection, id })
    return record && this.#toRecord(record)
  }

  /**
   * Records of a collection that hold any of the words, or are near in meaning, best first: see
   * `Observations.search`. Only observations, decisions and learnings are indexed.
   *
   * @throws OptionError, StoreError; EmbedderError, AccessError
   */
  async search(
    text: string,
    filter: Omit<RecordsFilter, 'cursor'> & { readonly by?: SearchBy },
  ): Promise<readonly AnyRecord[]> {
    const { limit = 50, by } = requireOptions('records.search', filter, { ...searchKinds, by: 'any' })
    this.#space.assertOpen()
    const found = await findBy(this.#actor, text, this.#filter(filter), limit, by)
    return found.map(({ record }) => this.#toRecord(record))
  }

  #filter({
    collection,
    task,
    author,
    tags,
    derivedFrom,
    since,
    until,
  }: RecordsFilter): Omit<RecordFilter, 'audience'> {
    requireCollection(collection)
    requireFilter({ task, author })
    if (derivedFrom !== undefined) requireIds('derivedFrom', [derivedFrom])
    requireTimes({ since, until })
    if (tags) requireStrings('tags', tags)
    return { collection, task, author, tags, derivedFrom, since, until }
  }

  #toRecord(record: Shown): AnyRecord {
    const { collection, id, value, version, seq, author, task, tags, importance, createdAt, updatedAt } = record
    const { sensitivity, compartments, expiresAt } = record
    return {
      collection,
      id,
      value: decodeJson(value),
      size: value.length,
      version,
      seq,
      author,
      task,
      tags,
      importance,
      derivedFrom: visibleSources(record, this.#actor.audience),
      sensitivity,
      compartments,
      createdAt,
      updatedAt,
      expiresAt,
    }
  }
}

function requireCollection(collection: Collection): void {
  if (hasTrait(collection, 'shown')) return
  throw new OptionError('collection', collectionsWith('shown').join(', '), collection)
}
