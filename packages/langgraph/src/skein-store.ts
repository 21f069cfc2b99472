import { BaseStore, InvalidNamespaceError } from '@langchain/langgraph-checkpoint'
import type {
  GetOperation,
  Item,
  ListNamespacesOperation,
  Operation,
  OperationResults,
  PutOperation,
  SearchItem,
  SearchOperation,
} from '@langchain/langgraph-checkpoint'
import { OptionError } from '@skein/memory'
import type { Fact, View, WriteOptions } from '@skein/memory'
import { allFacts, rankValues, requireLifetime, requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import { partsAt } from './field-parts.ts'
import { commonBegin, matches, passes } from './item-filter.ts'
import { pathOf } from './name-path.ts'
import { resolve } from './saver-options.ts'
import type { FactOptions } from './saver-options.ts'

/** Options of {@link SkeinStore}. */
export interface StoreOptions extends FactOptions {
  /** Lifetime of an item after `put`, in milliseconds; unlimited if omitted. */
  readonly ttlMs?: number
  /** Which parts of a value searches by words look at. */
  readonly index?: IndexOptions
}

/** Options of {@link StoreOptions.index}. */
export interface IndexOptions {
  /**
   * Paths within values, in LangGraph's syntax: `text`, `chapters[*].title`; `$` stands for the whole value.
   *
   * @defaultValue ['$']
   */
  readonly fields?: readonly string[]
}

const kinds: OptionKinds<StoreOptions> = {
  prefix: 'any',
  sensitivity: 'any',
  compartments: 'any',
  ttlMs: 'any',
  index: 'object',
}
const indexKinds: OptionKinds<IndexOptions> = { fields: 'any' }
const all = '$'

/** An item as its fact holds it: names can't be read from a path. */
interface SavedItem {
  readonly namespace: string[]
  readonly key: string
  readonly value: Record<string, unknown>
  /** The paths that searches by words look at; all when left out. */
  readonly fields?: readonly string[]
}

/**
 * LangGraph's long-term memory, stored as facts of a view and shared by all its graphs and agents.
 *
 * Searches by words rank items like the memory's own search and need no embeddings. They scan the items under the
 * prefix for words of the query.
 *
 * @example
 * ```ts
 * import { SkeinStore } from '@skein/langgraph'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const store = new SkeinStore(memory.as({ id: 'graph', role: 'agent' }))
 * await store.put(['users', 'ann'], 'food', { likes: 'pizza and ramen' })
 * await store.put(['users', 'ann'], 'work', { does: 'sales' })
 * const [found] = await store.search(['users'], { query: 'Does she like pizza?' })
 * found?.key // => 'food'
 * await memory.close()
 * ```
 */
export class SkeinStore extends BaseStore {
  readonly #view: View
  readonly #prefix: string
  readonly #label: () => Label
  readonly #ttlMs: number | undefined
  readonly #fields: readonly string[]

  /** @throws OptionError */
  constructor(view: View, options: StoreOptions = {}) {
    super()
    const { ttlMs, index = {}, ...rest } = requireOptions('SkeinStore', options, kinds)
    const { fields = [all] } = requireOptions('SkeinStore index', index, indexKinds)
    requireStrings('index.fields', fields)
    if (ttlMs !== undefined) requireLifetime('ttlMs', ttlMs)
    const { prefix, label } = resolve(view, rest)
    this.#view = view
    this.#prefix = prefix
    this.#label = label
    this.#ttlMs = ttlMs
    this.#fields = fields
  }

  /**
   * Runs several operations. All reads come before all writes; if an item is written several times, the last write
   * counts.
   *
   * @throws OptionError, ValueError, StoreError
   */
  override async batch<Op extends Operation[]>(operations: Op): Promise<OperationResults<Op>> {
    const puts = new Map<string, PutOperation>()
    const results = await Promise.all(
      operations.map(async (operation) => {
        if ('namespacePrefix' in operation) return this.#search(operation)
        if ('value' in operation) return void puts.set(this.#keyOf(operation), operation)
        if ('key' in operation) return this.#get(operation)
        return this.#listNamespaces(operation)
      }),
    )
    await Promise.all(Array.from(puts, ([key, operation]) => this.#put(key, operation)))
    return results as OperationResults<Op>
  }

  /**
   * Updates an item with a function of its current value, and retries if somebody else changes the item meanwhile. So
   * no concurrent update is lost, unlike with `get` followed by `put`.
   *
   * @param change - Receives a copy of the value, or `undefined` if the item doesn't exist.
   * @throws InvalidNamespaceError, OptionError, ValueError, StoreError; errors of `change`.
   */
  async update(
    namespace: string[],
    key: string,
    change: (value: Record<string, unknown> | undefined) => Record<string, unknown>,
  ): Promise<void> {
    if (namespace.length === 0) throw new InvalidNamespaceError('Namespace cannot be empty.')
    await this.#view.facts.update<SavedItem>(
      this.#keyOf({ namespace, key }),
      (saved) => ({ ...this.#indexed(), ...saved, namespace, key, value: change(saved?.value) }),
      this.#writeOptions,
    )
  }

  async #get(operation: GetOperation): Promise<Item | null> {
    const fact = await this.#view.facts.read<SavedItem>(this.#keyOf(operation))
    return fact ? itemOf(fact) : null
  }

  async #put(key: string, { namespace, key: name, value, index }: PutOperation): Promise<void> {
    if (value === null) {
      await this.#view.facts.delete(key)
      return
    }
    const saved: SavedItem = { namespace, key: name, value, ...this.#indexed(index) }
    await this.#view.facts.set(key, saved, this.#writeOptions)
  }

  get #writeOptions(): WriteOptions {
    return { ...this.#label(), ...(this.#ttlMs !== undefined && { ttlMs: this.#ttlMs }) }
  }

  /** What an item says of searches by words: which parts of it they look at. */
  #indexed(index?: PutOperation['index']): Pick<SavedItem, 'fields'> {
    const fields = index === false ? [] : (index ?? this.#fields)
    requireStrings('index', fields)
    return fields.includes(all) ? {} : { fields }
  }

  async #search({
    namespacePrefix,
    filter = {},
    query,
    limit = 10,
    offset = 0,
  }: SearchOperation): Promise<SearchItem[]> {
    const found: Fact<SavedItem>[] = []
    for await (const fact of this.#items(namespacePrefix)) if (passes(fact.value.value, filter)) found.push(fact)
    const newestFirst = found.toSorted((a, b) => b.updatedAt - a.updatedAt)
    if (query === undefined || query === '') return newestFirst.slice(offset, offset + limit).map(itemOf)
    const ranked = rankValues(newestFirst.map(searched), query)
    return ranked.slice(offset, offset + limit).flatMap(({ index, score }) => {
      const fact = newestFirst[index]
      return fact ? [{ ...itemOf(fact), score }] : []
    })
  }

  async #listNamespaces(operation: ListNamespacesOperation): Promise<string[][]> {
    const { matchConditions = [], maxDepth, limit, offset } = operation
    const found = new Map<string, string[]>()
    for await (const { value } of this.#items(commonBegin(matchConditions))) {
      if (!matches(value.namespace, matchConditions)) continue
      const namespace = value.namespace.slice(0, maxDepth)
      found.set(pathOf(namespace), namespace)
    }
    const sorted = Array.from(found).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return sorted.map(([, namespace]) => namespace).slice(offset, offset + limit)
  }

  #items(namespacePrefix: readonly string[]): AsyncGenerator<Fact<SavedItem>, void, undefined> {
    return allFacts(this.#view.facts, { prefix: `${this.#pathOf(namespacePrefix)}/` })
  }

  #keyOf({ namespace, key }: GetOperation): string {
    if (typeof key !== 'string') throw new OptionError('key', 'a string', key)
    return `${this.#pathOf(namespace)}/${pathOf([key])}`
  }

  #pathOf(namespace: readonly string[]): string {
    return pathOf([this.#prefix, 'item', ...namespace])
  }
}

function itemOf({ value: saved, createdAt, updatedAt }: Fact<SavedItem>): Item {
  const { namespace, key, value } = saved
  return { namespace, key, value, createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) }
}

/** What searches by words look at. */
function searched({ value: { value, fields } }: Fact<SavedItem>): unknown {
  return fields ? fields.flatMap((path) => partsAt(value, path)) : value
}
