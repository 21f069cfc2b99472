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
import type { View, WriteOptions } from '@skein/memory'
import { allRecords, rankValues, requireLifetime, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { matches, passes } from './item-filter.ts'
import { pathOf } from './name-path.ts'
import { resolve } from './saver-options.ts'
import type { FactOptions, SaverLabel } from './saver-options.ts'

/** Options of {@link SkeinStore}. */
export interface StoreOptions extends FactOptions {
  /** How long an item lives after it was put, in milliseconds; for ever when left out. */
  readonly ttlMs?: number
}

const kinds: OptionKinds<StoreOptions> = { prefix: 'any', sensitivity: 'any', compartments: 'any', ttlMs: 'any' }

/** An item as its fact holds it: names can't be read from a path. */
interface SavedItem {
  readonly namespace: string[]
  readonly key: string
  readonly value: Record<string, unknown>
  /** Left out of searches by words. */
  readonly isUnindexed?: true
}

/**
 * LangGraph's long-term memory as facts of a view, for all graphs and agents that share it.
 *
 * Searches by words rank items as the memory ranks its records, and need no embeddings: they walk over the items under
 * the prefix, and find those that hold a word of the query.
 *
 * @example
 * ```ts
 * import { SkeinStore } from '@skein/langgraph'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * await using memory = await openMemory({ store: mapStore() })
 * const store = new SkeinStore(memory.as({ id: 'graph', role: 'agent' }))
 * await store.put(['users', 'ann'], 'food', { likes: 'pizza and ramen' })
 * await store.put(['users', 'ann'], 'work', { does: 'sales' })
 * const [found] = await store.search(['users'], { query: 'Does she like pizza?' })
 * found?.key // => 'food'
 * ```
 */
export class SkeinStore extends BaseStore {
  readonly #view: View
  readonly #prefix: string
  readonly #label: SaverLabel
  readonly #ttlMs: number | undefined

  /** @throws OptionError */
  constructor(view: View, options: StoreOptions = {}) {
    super()
    const { ttlMs, ...rest } = requireOptions('SkeinStore', options, kinds)
    if (ttlMs !== undefined) requireLifetime('ttlMs', ttlMs)
    const { prefix, label } = resolve(rest)
    this.#view = view
    this.#prefix = prefix
    this.#label = label
    this.#ttlMs = ttlMs
  }

  /**
   * Does several operations. What is read is read before anything is written; of several writes of an item the last
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
   * Changes an item by a function of its present value, again if somebody else changes it meanwhile: of updates at the
   * same time none is lost, as it is between `get` and `put`.
   *
   * @param change - Receives its own copy of the value, `undefined` when there is none.
   * @throws InvalidNamespaceError, OptionError, ValueError, StoreError; whatever `change` throws.
   */
  async update(
    namespace: string[],
    key: string,
    change: (value: Record<string, unknown> | undefined) => Record<string, unknown>,
  ): Promise<void> {
    if (namespace.length === 0) throw new InvalidNamespaceError('Namespace cannot be empty.')
    await this.#view.facts.update<SavedItem>(
      this.#keyOf({ namespace, key }),
      (saved) => ({ ...saved, namespace, key, value: change(saved?.value) }),
      this.#optionsOf(namespace),
    )
  }

  async #get(operation: GetOperation): Promise<Item | null> {
    const fact = await this.#view.facts.read<SavedItem>(this.#keyOf(operation))
    return fact ? itemOf(fact.value, fact) : null
  }

  async #put(key: string, { namespace, key: name, value, index }: PutOperation): Promise<void> {
    if (value === null) {
      await this.#view.facts.delete(key)
      return
    }
    const saved = { namespace, key: name, value, ...(index === false && { isUnindexed: true }) }
    await this.#view.facts.set(key, saved, this.#optionsOf(namespace))
  }

  #optionsOf(namespace: readonly string[]): WriteOptions {
    const [root = ''] = namespace
    return {
      ...this.#label,
      ...(this.#ttlMs !== undefined && { ttlMs: this.#ttlMs }),
      // Stores find records quickly by their task, and check tags.
      task: this.#pathOf([root]),
      tags: [...namespace.keys(), namespace.length].map((depth) => this.#pathOf(namespace.slice(0, depth))),
    }
  }

  async #search({
    namespacePrefix,
    filter = {},
    query,
    limit = 10,
    offset = 0,
  }: SearchOperation): Promise<SearchItem[]> {
    const found: { item: Item; seq: number; isUnindexed: boolean }[] = []
    for await (const { saved, record } of this.#items(namespacePrefix)) {
      const isUnindexed = saved.isUnindexed ?? false
      if (passes(saved.value, filter)) found.push({ item: itemOf(saved, record), seq: record.seq, isUnindexed })
    }
    const newestFirst = found.toSorted((a, b) => b.seq - a.seq)
    if (query === undefined || query === '') return newestFirst.slice(offset, offset + limit).map(({ item }) => item)
    const indexed = newestFirst.filter(({ isUnindexed }) => !isUnindexed).map(({ item }) => item)
    const ranked = rankValues(
      indexed.map(({ value }) => value),
      query,
    )
    return ranked.slice(offset, offset + limit).flatMap(({ index, score }) => {
      const item = indexed[index]
      return item ? [{ ...item, score }] : []
    })
  }

  async #listNamespaces(operation: ListNamespacesOperation): Promise<string[][]> {
    const { matchConditions = [], maxDepth, limit, offset } = operation
    const found = new Map<string, string[]>()
    for await (const { saved } of this.#items([])) {
      if (!matches(saved.namespace, matchConditions)) continue
      const namespace = saved.namespace.slice(0, maxDepth)
      found.set(pathOf(namespace), namespace)
    }
    const sorted = Array.from(found).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return sorted.map(([, namespace]) => namespace).slice(offset, offset + limit)
  }

  async *#items(namespacePrefix: readonly string[]) {
    const [root] = namespacePrefix
    const task = root === undefined ? {} : { task: this.#pathOf([root]) }
    const filter = { collection: 'facts', tags: [this.#pathOf(namespacePrefix)], ...task } as const
    for await (const record of allRecords(this.#view.records, filter)) {
      yield { saved: record.value as SavedItem, record }
    }
  }

  #keyOf({ namespace, key }: GetOperation): string {
    if (typeof key !== 'string') throw new OptionError('key', 'a string', key)
    return `${this.#pathOf(namespace)}/${pathOf([key])}`
  }

  #pathOf(namespace: readonly string[]): string {
    return pathOf([this.#prefix, 'item', ...namespace])
  }
}

interface Times {
  readonly createdAt: number
  readonly updatedAt: number
}

function itemOf({ namespace, key, value }: SavedItem, { createdAt, updatedAt }: Times): Item {
  return { namespace, key, value, createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) }
}
