import type { AnyRecord } from './any-record.ts'
import { doubtsOf } from '../corrections/doubts.ts'
import { correctionsOf } from '../corrections/find-corrections.ts'
import { diffKinds, diffRecords } from './diff-records.ts'
import type { DiffOptions, RecordDifference } from './diff-records.ts'
import { getKinds, requireInclude } from '../kinds/journal-options.ts'
import type { GetOptions } from '../kinds/journal-options.ts'
import type { Actor } from '../space/actor.ts'
import { OptionError } from '../values/errors.ts'
import { collectionsWith, hasTrait } from '../store/collections.ts'
import { decodeJson } from '../values/json.ts'
import { sourceName, visibleSources } from '../store/source-name.ts'
import { parseCursor } from '../values/page-cursor.ts'
import { limits } from '../values/limits.ts'
import { requireFilter, requireIds, requireInteger, requireStrings, requireTimes } from '../values/require-option.ts'
import { matchBy } from '../kinds/find-by.ts'
import type { Space } from '../space/space.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordFilter } from '../store/query.ts'
import type { Include, Shown } from '../space/shown.ts'
import type { SearchBy } from '../space/meaning-search.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

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
  /**
   * `all` shows what was retracted or superseded as well, with its `correction`.
   *
   * @defaultValue 'holding'
   */
  readonly include?: Include
}

/** One page of records, newest first. */
export interface RecordsPage {
  readonly items: readonly AnyRecord[]
  /** Continues the list; absent on the last page. */
  readonly cursor?: string
}

/** Filters of a search; without a collection it searches all that can be searched. */
export type RecordsSearch = Omit<RecordsFilter, 'collection' | 'cursor'> &
  Partial<Pick<RecordsFilter, 'collection'>> & {
    /** How to find; see `Observations.search`. */
    readonly by?: SearchBy
  }

const { cursor: _, ...filterKinds }: OptionKinds<RecordsFilter> = {
  collection: 'any',
  task: 'any',
  author: 'any',
  tags: 'any',
  derivedFrom: 'any',
  since: 'any',
  until: 'any',
  limit: 'any',
  cursor: 'string',
  include: 'any',
}
const listKinds: OptionKinds<RecordsFilter> = { ...filterKinds, cursor: 'string' }
const searchKinds: OptionKinds<RecordsSearch> = { ...filterKinds, by: 'any' }

/** Browses records of all kinds. Agents use the interface of each kind instead. */
export class Records {
  /** The kinds of record to browse. */
  static readonly collections: readonly Collection[] = collectionsWith('shown')
  /** The kinds of record that can be searched by words. */
  static readonly searched: readonly Collection[] = [...collectionsWith('searchable'), 'facts']

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
    const query = { ...this.#filter(filter), order: 'newest', limit, after } as const
    const page = await this.#actor.query(query, filter.include)
    const items = await this.#toRecords(page.records)
    return page.next === undefined ? { items } : { items, cursor: String(page.next) }
  }

  /**
   * One record; `undefined` when this principal can see none. One that was retracted or superseded is shown, with its
   * `correction`, to whoever includes `all`.
   *
   * @throws OptionError, CorruptRecordError, StoreError
   */
  async get(collection: Collection, id: string, options: GetOptions = {}): Promise<AnyRecord | undefined> {
    const { include } = requireOptions('records.get', options, getKinds)
    requireInclude(include)
    requireCollection(collection)
    requireIds('id', [id])
    this.#space.assertOpen()
    const record = await this.#actor.read({ collection, id }, 'read', include)
    return record && (await this.#toRecords([record]))[0]
  }

  /**
   * Records that hold any of the words, or are near in meaning, best first: see `Observations.search`. Only
   * observations, decisions, learnings and facts are indexed, facts by words alone.
   *
   * Scores of different kinds can't be compared. So where all are searched, the kinds take turns: the best of each, then
   * the second of each.
   *
   * @throws OptionError, StoreError; EmbedderError, AccessError
   */
  async search(text: string, filter: RecordsSearch = {}): Promise<readonly AnyRecord[]> {
    const { collection, limit = 50, by, include } = requireOptions('records.search', filter, searchKinds)
    this.#space.assertOpen()
    const kinds = collection === undefined ? Records.searched : [collection]
    const found = await Promise.all(
      kinds.map(async (kind) => {
        const query = this.#filter({ ...filter, collection: kind })
        const { records } = await matchBy(this.#actor, text, query, limit, { by, include })
        if (records.length === 0) this.#actor.seeAll(kind, [], 'search')
        return records
      }),
    )
    const inTurns = Array.from({ length: limit }, (__, rank) => found.flatMap((records) => records[rank] ?? [])).flat()
    // What is left out counts as read by nobody.
    const shown = inTurns.slice(0, limit).flatMap((record) => this.#actor.see(record, record, 'search', include) ?? [])
    return this.#toRecords(shown)
  }

  /**
   * What changed between two times, as far as this principal may see it: facts and questions whose value became another
   * one, entries, objects and alerts that were written, records that were corrected, and erasures. Tells first of facts,
   * then of the other kinds, in no order within a kind.
   *
   * Whatever was forgotten or has ended since leaves no trace but the record of the erasure.
   *
   * @throws OptionError; HistoryError when the history does not reach back to `since`; StoreError, MissingKeyError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'sales' })
   * const { updatedAt: since } = await ann.facts.set('price', 10)
   * await new Promise((resolve) => setTimeout(resolve, 5))
   * await ann.facts.set('price', 12)
   * const [difference] = await Array.fromAsync(ann.records.diff({ since }))
   * difference // => expect.objectContaining({ change: 'changed', collection: 'facts', id: 'price' })
   * difference?.before?.value // => 10
   * difference?.after?.value // => 12
   * await memory.close()
   * ```
   */
  async *diff(options: DiffOptions): AsyncGenerator<RecordDifference, void, undefined> {
    const { since, until, task } = requireOptions('records.diff', options, diffKinds)
    if (since === undefined) throw new OptionError('since', 'Unix milliseconds', since)
    requireTimes({ since, until })
    if (until !== undefined && until < since) throw new OptionError('until', `at or after since, ${since}`, until)
    requireFilter({ task })
    this.#space.assertOpen()
    yield* diffRecords(this.#actor, options, (records) => this.#toRecords(records))
  }

  #filter({
    collection,
    task,
    author,
    tags,
    derivedFrom,
    since,
    until,
    include,
  }: RecordsFilter): Omit<RecordFilter, 'audience'> {
    requireCollection(collection)
    requireInclude(include)
    requireFilter({ task, author })
    if (derivedFrom !== undefined) requireIds('derivedFrom', [derivedFrom])
    requireTimes({ since, until })
    if (tags) requireStrings('tags', tags)
    return { collection, task, author, tags, derivedFrom, since, until }
  }

  async #toRecords(records: readonly Shown[]): Promise<AnyRecord[]> {
    const [corrections, doubts] = await Promise.all([
      correctionsOf(this.#actor, records),
      doubtsOf(this.#actor, records),
    ])
    return records.map((record) => {
      const [correction, doubted] = [corrections.get(sourceName(record)), doubts.get(sourceName(record))]
      return { ...this.#toRecord(record), ...(correction && { correction }), ...(doubted && { doubts: doubted }) }
    })
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
