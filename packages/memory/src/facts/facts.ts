import type { Actor } from '../space/actor.ts'
import type { Space } from '../space/space.ts'
import { guardOf, writeOptionKinds } from '../space/write-options.ts'
import { decodeJson, encodeCopy } from '../values/json.ts'
import type { Frozen } from '../values/json.ts'
import { limits } from '../values/limits.ts'
import { requireStrings } from '../values/require-option.ts'
import type { DeclassifyOptions } from '../kinds/declassify.ts'
import type { SearchResult } from '../kinds/journal.ts'
import type { ObservationSearchOptions } from '../kinds/observations.ts'
import { declassifyFact } from './declassify-fact.ts'
import { conflictsOf } from './fact-conflicts.ts'
import type { FactConflict } from './fact-conflicts.ts'
import { deleteFactKinds, setFactKinds } from './fact-options.ts'
import type { DeleteFactOptions, ReadFactOptions, SetFactOptions, UpdateFactOptions } from './fact-options.ts'
import { factHistory } from './fact-history.ts'
import type { FactVersion } from './fact-history.ts'
import { recordKey, requireKey, requireVersion } from './fact-key.ts'
import { factOf, toFact } from './fact.ts'
import type { Fact } from './fact.ts'
import type { Page } from '../kinds/journal.ts'
import { touchRecord } from '../kinds/touch-record.ts'
import type { TouchOptions } from '../kinds/touch-record.ts'
import { listFacts } from './list-facts.ts'
import type { ListFactsOptions } from './list-facts.ts'
import { readFact } from './read-fact.ts'
import { searchFacts } from './search-facts.ts'
import { queueUpdate, updateFact } from './update-fact.ts'
import { requireOptions } from '../values/require-options.ts'

/** Named, versioned values that all agents share, with optimistic locking. */
export class Facts {
  readonly #space: Space
  readonly #actor: Actor

  /** @internal */
  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  /**
   * The value, if this thread has a valid cached copy; `undefined` says nothing
   * about the store. Never waits, never allocates.
   *
   * All readers share the value, so it is frozen.
   */
  peek<T = unknown>(key: string): Frozen<T> | undefined {
    const entry = this.#space.facts.hit(key)
    return entry === undefined || !this.#actor.passes(entry) ? undefined : (entry.value as Frozen<T>)
  }

  /**
   * The value, or `undefined` for an absent fact.
   *
   * All readers share it, so it is frozen: {@link read} returns a copy of your own,
   * {@link update} changes the fact.
   *
   * @throws StoreError when there is no cached copy and the store fails.
   */
  get<T = unknown>(key: string): Promise<Frozen<T> | undefined> {
    const entry = this.#space.facts.hit(key)
    if (entry === undefined) return this.#fetch(key) as Promise<Frozen<T> | undefined>
    return (this.#actor.passes(entry) ? entry.resolved : nothing) as Promise<Frozen<T> | undefined>
  }

  /**
   * The values of several keys, in their order, each as from {@link get}. They are read one by one, not in one
   * snapshot.
   *
   * @param keys - At most 10,000.
   * @throws OptionError, StoreError
   */
  async getMany<T = unknown>(keys: readonly string[]): Promise<(Frozen<T> | undefined)[]> {
    requireStrings('keys', keys, limits.batch)
    return Promise.all(keys.map((key) => this.get<T>(key)))
  }

  /**
   * Lists facts in the order of their keys, page by page: each fact that exists throughout is listed once, even while
   * others write.
   *
   * @throws OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const { facts } = memory.as({ id: 'ann', role: 'sales' })
   * for (const key of ['prospect/7', 'prospect/42', 'price']) await facts.set(key, true)
   * (await facts.list({ prefix: 'prospect/' })).items.map(({ key }) => key) // => ['prospect/42', 'prospect/7']
   * await memory.close()
   * ```
   */
  async list<T = unknown>(options: ListFactsOptions = {}): Promise<Page<Fact<T>>> {
    this.#space.assertOpen()
    return listFacts<T>(this.#actor, options)
  }

  /**
   * The value with its version, author and times, as a copy of your own; `undefined` for an absent fact. With `asOf`,
   * as it was at that time.
   *
   * @throws HistoryError when that time is before all that is kept; OptionError, StoreError
   */
  async read<T = unknown>(key: string, options: ReadFactOptions = {}): Promise<Fact<T> | undefined> {
    requireKey(key)
    this.#space.assertOpen()
    return readFact<T>(this.#space, this.#actor, key, options)
  }

  /**
   * The versions of a fact that are kept, newest first: the present one, those that were replaced, and deletes. Each
   * has its label of that time; facts above the clearance are omitted.
   *
   * @throws OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const { facts } = memory.as({ id: 'ann', role: 'sales' })
   * for (const price of [10, 12]) await facts.set('price', price)
   * const versions = await facts.history('price')
   * versions.map(({ version, value }) => [version, value]) // => [[2, 12], [1, 10]]
   * await memory.close()
   * ```
   */
  async history<T = unknown>(key: string): Promise<FactVersion<T>[]> {
    requireKey(key)
    this.#space.assertOpen()
    return factHistory<T>(this.#actor, key)
  }

  /**
   * Writes a value whole.
   *
   * @throws VersionConflictError when `ifVersion` is no longer the version.
   * @throws ValueError when the value is not JSON data; OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const { facts } = memory.as({ id: 'ann', role: 'sales' })
   * const first = await facts.set('price', 10)
   * await facts.set('price', 12, { ifVersion: first.version })
   * await facts.set('price', 15, { ifVersion: first.version }).catch((error) => error.code) // => 'SKEIN_VERSION_CONFLICT'
   * await memory.close()
   * ```
   */
  async set<T>(key: string, value: T, options: SetFactOptions = {}): Promise<Fact<T>> {
    requireOptions('facts.set', options, setFactKinds)
    requireKey(key)
    this.#space.assertOpen()
    // Before the first await: the caller may still change the value.
    const { text, copy } = encodeCopy(value)
    const described = this.#actor.describe(options)
    const meta = described instanceof Promise ? await described : described
    const { ifVersion, ttlMs } = options
    requireVersion(ifVersion)
    const guard = guardOf(options)
    const mutation = { type: 'set', key: recordKey(key), value: text, meta, ifVersion, ttlMs, guard } as const
    const written = await this.#actor.writeOne(mutation, (record) => toFact(record))
    return factOf(key, copy as T, this.#actor.wrote(recordKey(key), text, meta, written))
  }

  /**
   * Changes a value by a function of the current one. Makes up to 100 attempts, with
   * back-off after each conflict.
   *
   * @param change - Receives its own copy of the value (`undefined` when absent) and returns the next one.
   * @throws VersionConflictError when every attempt lost; errors of `change`.
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const { facts } = memory.as({ id: 'ann', role: 'sales' })
   * await Promise.all(Array.from({ length: 50 }, () => facts.update('calls', (count = 0) => (count as number) + 1)))
   * await facts.get('calls') // => 50
   * await memory.close()
   * ```
   */
  async update<T>(
    key: string,
    change: (value: T | undefined) => T | Promise<T>,
    options: UpdateFactOptions = {},
  ): Promise<Fact<T>> {
    requireKey(key)
    requireOptions('facts.update', options, writeOptionKinds)
    return queueUpdate(this.#space, this.#actor, key, () => updateFact(this, this.#actor, key, change, options))
  }

  /**
   * Gives a fact a new time to live from now; its value stays. Where the new end is before the old one, that is a write
   * by this principal, with a new version.
   *
   * @returns whether the fact existed and this principal could see it.
   * @throws OptionError; FenceError when the claim was lost; StoreError
   */
  async touch(key: string, options: TouchOptions): Promise<boolean> {
    requireKey(key)
    this.#space.assertOpen()
    return touchRecord(this.#actor, recordKey(key), options, { call: 'facts.touch' })
  }

  /**
   * Removes a fact. Removing an absent fact does nothing, except with `ifVersion`.
   *
   * @returns whether the fact existed and this principal could see it.
   * @throws VersionConflictError when `ifVersion` is no longer the version.
   */
  async delete(key: string, options: DeleteFactOptions = {}): Promise<boolean> {
    requireOptions('facts.delete', options, deleteFactKinds)
    requireKey(key)
    const { ifVersion } = options
    requireVersion(ifVersion)
    this.#space.assertOpen()
    const guard = guardOf(options)
    const mutation = { type: 'delete', key: recordKey(key), ifVersion, guard, isRecallable: true } as const
    const { version } = await this.#actor.writeOne(mutation, (record) => toFact(record))
    return version > 0
  }

  /**
   * Lowers the label of a fact; its value stays the same. Needs the right `declassify`.
   *
   * @throws AccessError without the right; NotFoundError when there is no such
   * fact that this principal can see; OptionError when the label would not be
   * lower; VersionConflictError when it was written meanwhile.
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const boss = memory.as({ id: 'boss', role: 'head', clearance: { level: 'confidential' }, rights: ['declassify'] })
   * const ann = memory.as({ id: 'ann', role: 'sales' })
   * await boss.facts.set('merger', 'Acme buys Birdsong', { sensitivity: 'confidential' })
   * await ann.facts.get('merger') // => undefined
   * await boss.facts.declassify('merger', { reason: 'It is in the papers.' })
   * await ann.facts.get('merger') // => 'Acme buys Birdsong'
   * await memory.close()
   * ```
   */
  async declassify<T = unknown>(key: string, options: DeclassifyOptions): Promise<Fact<T>> {
    requireKey(key)
    this.#space.assertOpen()
    return declassifyFact<T>(this.#actor, key, options)
  }

  /**
   * Concurrent writes on other nodes that lost against the present value, the best
   * first. The next shared write here resolves those that its label covers, on every node.
   *
   * @throws StoreError
   */
  async conflicts<T = unknown>(key: string): Promise<FactConflict<T>[]> {
    requireKey(key)
    this.#space.assertOpen()
    return conflictsOf<T>(this.#actor, key)
  }

  /**
   * Finds facts by the words of their keys and values, best match first, and by their meaning where the memory gives
   * them vectors; see `Observations.search` for what a query may hold. The first search in a thread reads all facts.
   *
   * @throws OptionError, StoreError; EmbedderError, AccessError if it names `by`.
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const { facts } = memory.as({ id: 'ann', role: 'sales' })
   * await facts.set('prospect/acme', { pricing: 'asks for a discount' })
   * (await facts.search('acme discounts'))[0]?.item.key // => 'prospect/acme'
   * await memory.close()
   * ```
   */
  async search<T = unknown>(text: string, options: ObservationSearchOptions = {}): Promise<SearchResult<Fact<T>>[]> {
    this.#space.assertOpen()
    return searchFacts<T>(this.#actor, text, options)
  }

  async #fetch(key: string): Promise<unknown> {
    requireKey(key)
    this.#space.assertOpen()
    const entry = await this.#space.facts.fetch(key)
    if (!this.#actor.passes(entry)) return undefined
    return entry.record && entry.value === undefined ? decodeJson(entry.record.value) : entry.value
  }
}

const nothing: Promise<undefined> = Promise.resolve(undefined)
