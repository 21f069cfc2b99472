import { remainingMs } from '../space/actor.ts'
import type { Actor } from '../space/actor.ts'
import { correct } from '../corrections/correct.ts'
import type { Correction } from '../corrections/correction.ts'
import { correctedError, correctionsOf } from '../corrections/find-corrections.ts'
import { declassify } from './declassify.ts'
import type { DeclassifyOptions } from './declassify.ts'
import { NotFoundError, OptionError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { limits } from '../values/limits.ts'
import { requireIds, requireInteger, requireStrings } from '../values/require-option.ts'
import { sourceName, subjectsOf, visibleSources } from '../store/source-name.ts'
import { parseCursor } from '../values/page-cursor.ts'
import { queryTerms } from '../search/query-words.ts'
import { indexTerms } from '../search/search-terms.ts'
import { searchableText } from '../search/searchable-text.ts'
import { snippetOf } from '../search/snippet.ts'
import { findBy } from './find-by.ts'
import { getKinds, listFilter, listKinds, requireInclude, searchKinds, supersedeKinds } from './journal-options.ts'
import type { EntryOptions, GetOptions, ListOptions, SupersedeOptions } from './journal-options.ts'
import { writeOnce } from './write-once.ts'
import { touchRecord } from './touch-record.ts'
import type { TouchOptions } from './touch-record.ts'
import { guardOf } from '../space/write-options.ts'
import type { WriteOptions } from '../space/write-options.ts'
import type { OwnMutation, Shown } from '../space/shown.ts'
import type { SearchBy } from '../space/meaning-search.ts'
import type { Space } from '../space/space.ts'
import type { CollectionWith } from '../store/collections.ts'
import type { Written } from '../store/mutation.ts'
import { requireOptions } from '../values/require-options.ts'
import { newId } from '../values/new-id.ts'

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
  /** The person or thing that it is about. */
  readonly subjects: readonly string[]
  /** Its sources: ids of objects, and names of other records as `collection/id`. */
  readonly derivedFrom: readonly string[]
  /** Unix milliseconds, by the store's clock. */
  readonly createdAt: number
  /** Why it no longer holds; absent while it holds. */
  readonly correction?: Correction
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

/** Write-once entries of one collection: the base of observations, decisions and learnings. */
export class Journal {
  readonly #space: Space
  readonly #actor: Actor
  readonly #collection: JournalKind

  /** @internal */
  constructor(space: Space, actor: Actor, collection: JournalKind) {
    this.#space = space
    this.#actor = actor
    this.#collection = collection
  }

  protected get author(): string {
    return this.#actor.principal.id
  }

  protected async append<Value>(
    value: Value,
    { idempotencyKey, ...options }: EntryOptions,
  ): Promise<JournalEntry<Value>> {
    if (idempotencyKey !== undefined) requireStrings('idempotencyKey', [idempotencyKey])
    const entry = await this.#newEntry(value, options)
    if (idempotencyKey === undefined) return this.#entryOf<Value>(entry, await this.#actor.writeOne(entry))
    return this.#toEntry<Value>(await writeOnce(this.#actor, entry, idempotencyKey))
  }

  /** The write of a new entry. */
  async #newEntry(value: unknown, options: WriteOptions): Promise<EntrySet> {
    this.#space.assertOpen()
    // Before the first await: the caller may still change the value.
    const text = encodeJson(value)
    const terms = indexTerms(searchableText(value))
    const meta = await this.#actor.describe(options)
    const key = { collection: this.#collection, id: newId() } as const
    return { type: 'set', key, value: text, meta, terms, ttlMs: options.ttlMs, guard: guardOf(options) }
  }

  #entryOf<Value>({ key, value, meta }: EntrySet, written: Written): JournalEntry<Value> {
    return this.#toEntry<Value>(this.#actor.wrote(key, value, meta, written))
  }

  /** Supersedes an entry by a new or an existing one. */
  protected async replace<Value>(
    id: string,
    next: { readonly id: string } | { readonly value: Value; readonly options: EntryOptions },
    options: SupersedeOptions,
  ): Promise<JournalEntry<Value>> {
    const { reason } = requireOptions(`${this.#collection}.supersede`, options, supersedeKinds)
    this.#space.assertOpen()
    const key = { collection: this.#collection, id }
    if ('id' in next) {
      requireIds('next', [next.id])
      await correct(this.#actor, key, { reason, next: { id: next.id } })
      return this.get<Value>(next.id)
    }
    const { idempotencyKey, ...rest } = next.options
    // An entry is superseded once anyway, and who tries again learns by what.
    if (idempotencyKey !== undefined)
      throw new OptionError('idempotencyKey', 'left out of a replacement', idempotencyKey)
    const entry = await this.#newEntry(next.value, rest)
    const { replacement } = await correct(this.#actor, key, { reason, next: entry })
    return this.#entryOf<Value>(replacement?.entry ?? entry, replacement?.written as Written)
  }

  /**
   * Retracts an entry: it no longer holds. Lists, searches and packages for people omit it. Records derived from it are
   * in doubt, and their authors get an alert. Retracting it again changes nothing.
   *
   * Authors retract their own entries; others need the right `correct`.
   *
   * @param reason - Why; kept with the entry.
   * @throws NotFoundError when there is no such entry that this principal can see; AccessError without the right;
   * CorrectedError when it was superseded; OptionError, StoreError
   */
  async retract(id: string, reason: string): Promise<Correction> {
    requireStrings('reason', [reason])
    this.#space.assertOpen()
    return (await correct(this.#actor, { collection: this.#collection, id }, { reason })).correction
  }

  /**
   * Gives an entry a new time to live from now; all else stays. Every principal that sees it may keep it longer. To end
   * it earlier is a write, with a new version and position: its author may do that, others need the right `erase`.
   *
   * @returns whether the entry exists, holds, and this principal can see it.
   * @throws OptionError; AccessError without the right; FenceError when the claim was lost; StoreError
   */
  async touch(id: string, options: TouchOptions): Promise<boolean> {
    requireIds('id', [id])
    this.#space.assertOpen()
    const call = `${this.#collection}.touch`
    return touchRecord(this.#actor, { collection: this.#collection, id }, options, { call })
  }

  /**
   * One entry.
   *
   * @throws NotFoundError when there is no such entry that this principal can see; CorrectedError when it was retracted
   * or superseded, which names what holds now; OptionError, StoreError
   */
  async get<Value = unknown>(id: string, options: GetOptions = {}): Promise<JournalEntry<Value>> {
    const { include } = requireOptions(`${this.#collection}.get`, options, getKinds)
    requireInclude(include)
    requireIds('id', [id])
    this.#space.assertOpen()
    const record = await this.#actor.read({ collection: this.#collection, id }, 'read', 'all')
    if (!record) throw new NotFoundError(this.#collection, id)
    if (record.isWithdrawn && include !== 'all') throw await correctedError(this.#actor, record)
    const [entry] = await this.#toEntries<Value>([record])
    return entry as JournalEntry<Value>
  }

  /**
   * Lists entries, newest first, page by page.
   *
   * @throws OptionError when a filter, limit or cursor makes no sense.
   */
  async list<Value = unknown>(options: ListOptions = {}): Promise<Page<JournalEntry<Value>>> {
    const { limit = 50, cursor, include } = requireOptions(`${this.#collection}.list`, options, listKinds)
    requireInclude(include)
    requireInteger('limit', limit, 1, limits.page)
    this.#space.assertOpen()
    const after = cursor === undefined ? undefined : parseCursor(cursor)
    const query = { ...listFilter(this.#collection, options), order: 'newest', limit, after } as const
    const page = await this.#actor.query(query, include)
    const items = await this.#toEntries<Value>(page.records)
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
    const key = { collection: this.#collection, id: newId() }
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
    const {
      limit = 10,
      include,
      by,
    } = requireOptions(`${this.#collection}.search`, options, {
      ...searchKinds,
      by: 'any',
    })
    requireInclude(include)
    this.#space.assertOpen()
    const filter = listFilter(this.#collection, options)
    const found = await findBy(this.#actor, text, filter, limit, { by, include })
    const terms = queryTerms(text)
    const items = await this.#toEntries<Value>(found.map(({ record }) => record))
    return items.map((item, at) => {
      return { item, score: found[at]?.score ?? 0, snippet: snippetOf(searchableText(item.value), terms) }
    })
  }

  async #toEntries<Value>(records: readonly Shown[]): Promise<JournalEntry<Value>[]> {
    const corrections = await correctionsOf(this.#actor, records)
    return records.map((record) => {
      const correction = corrections.get(sourceName(record))
      return { ...this.#toEntry<Value>(record), ...(correction && { correction }) }
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

type JournalKind = CollectionWith<'journal'>
type EntrySet = Extract<OwnMutation, { type: 'set' }>
