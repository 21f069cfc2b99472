import { covers, joinLabels } from './access.ts'
import type { Level } from './access.ts'
import type { Entry } from './coherent-cache.ts'
import { VersionConflictError } from './errors.ts'
import type { Frozen } from './json.ts'
import { decodeJson, encodeJson } from './json.ts'
import { requireStrings } from './require-option.ts'
import { describeWrite, guardOf, writeOne } from './space.ts'
import type { Actor, Space, WriteOptions } from './space.ts'
import type { StoredRecord } from './store.ts'

/** A named, versioned value. */
export interface Fact<T = unknown> {
  readonly key: string
  /** The reader's own copy. */
  readonly value: T
  readonly version: number
  /** Who wrote it last. */
  readonly author: string
  /** Unix milliseconds, by the store's clock. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number | undefined
  readonly task: string | undefined
  readonly tags: readonly string[]
  readonly importance: number | undefined
  readonly sensitivity: Level
  readonly compartments: readonly string[]
}

/** Options of {@link Facts.set}. */
export interface SetFactOptions extends WriteOptions {
  /** Write only if this is still the version; 0 means "only if absent". */
  readonly ifVersion?: number
}

/** Options of {@link Facts.update}; what is left out stays as it is. */
export type UpdateFactOptions = Omit<SetFactOptions, 'ifVersion'>

/** Options of {@link Facts.delete}. */
export type DeleteFactOptions = Pick<SetFactOptions, 'ifVersion' | 'claim'>

/** Options of {@link Facts.read}. */
export interface ReadFactOptions {
  /** `strong` asks the store even when there is a valid copy. */
  readonly consistency?: 'cached' | 'strong'
}

const maxRetries = 100

/** Named, versioned values that all agents share, with optimistic locking. */
export class Facts {
  readonly #space: Space
  readonly #actor: Actor
  readonly #rank: number

  /** @internal */
  constructor(space: Space, actor: Actor, rank: number) {
    this.#space = space
    this.#actor = actor
    this.#rank = rank
  }

  /**
   * The value, if a copy of it is at hand in this thread and still true;
   * `undefined` says nothing about the store. Never waits, never allocates.
   *
   * The value is shared with all readers and therefore frozen.
   */
  peek<T = unknown>(key: string): Frozen<T> | undefined {
    const entry = this.#space.facts.hit(key)
    return entry === undefined || !this.#sees(entry) ? undefined : (entry.value as Frozen<T>)
  }

  /**
   * The value, or `undefined` when there is none.
   *
   * It is shared with all readers and therefore frozen: {@link read} gives a
   * copy of your own, {@link update} changes it.
   *
   * @throws StoreError when there is no copy and the store fails.
   */
  get<T = unknown>(key: string): Promise<Frozen<T> | undefined> {
    const entry = this.#space.facts.hit(key)
    if (entry === undefined) return this.#fetch(key) as Promise<Frozen<T> | undefined>
    return (this.#sees(entry) ? entry.resolved : nothing) as Promise<Frozen<T> | undefined>
  }

  /**
   * The value with its version, author and times, as a copy of your own; `undefined` when there is none.
   *
   * @throws StoreError
   */
  async read<T = unknown>(key: string, options: ReadFactOptions = {}): Promise<Fact<T> | undefined> {
    requireKey(key)
    this.#space.assertOpen()
    const strong = options.consistency === 'strong'
    const { record } = strong ? await readThrough(this.#space, key) : await this.#space.facts.load(key)
    if (!record || !covers(this.#actor.audience, record)) return undefined
    this.#actor.scope?.readRecord(record)
    return toFact<T>(record)
  }

  /**
   * Writes a value whole.
   *
   * @throws VersionConflictError when `ifVersion` is not the version any more.
   * @throws ValueError when the value is no JSON data.
   * @throws OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * await using memory = await openMemory({ store: mapStore() })
   * const { facts } = memory.as({ id: 'ann', role: 'sales' })
   * const first = await facts.set('price', 10)
   * await facts.set('price', 12, { ifVersion: first.version })
   * await facts.set('price', 15, { ifVersion: first.version }).catch((error) => error.code) // => 'SKEIN_VERSION_CONFLICT'
   * ```
   */
  async set<T>(key: string, value: T, options: SetFactOptions = {}): Promise<Fact<T>> {
    requireKey(key)
    this.#space.assertOpen()
    // Before anything is awaited: the caller may go on changing the value.
    const text = encodeJson(value)
    const meta = await describeWrite(this.#space, this.#actor, options)
    const { ifVersion, ttlMs } = options
    const guard = guardOf(options)
    const mutation = {
      type: 'set',
      key: recordKey(key),
      value: text,
      meta,
      text: undefined,
      ifVersion,
      ttlMs,
      guard,
    } as const
    const written = await writeOne(this.#space, this.#actor, mutation, (record) => toFact(record))
    return toFact<T>({ ...meta, ...recordKey(key), ...written, value: text })
  }

  /**
   * Changes a value by a function of what it is now, and tries again when
   * somebody else was faster, up to 100 times with growing pauses.
   *
   * @param change - Gets a copy of its own of the value (`undefined` when absent) and returns the next one.
   * @throws VersionConflictError when it lost every time; and whatever `change` throws.
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * await using memory = await openMemory({ store: mapStore() })
   * const { facts } = memory.as({ id: 'ann', role: 'sales' })
   * await Promise.all(Array.from({ length: 50 }, () => facts.update('calls', (count = 0) => (count as number) + 1)))
   * await facts.get('calls') // => 50
   * ```
   */
  update<T>(
    key: string,
    change: (value: T | undefined) => T | Promise<T>,
    options: UpdateFactOptions = {},
  ): Promise<Fact<T>> {
    requireKey(key)
    const { updating } = this.#space
    // Updates of one key in one thread queue up: they would only refuse each other.
    const before = updating.get(key) ?? nothing
    const own = before.then(() => this.#updateNow(key, change, options))
    const settled = own.then(noop, noop).then(() => {
      if (updating.get(key) === settled) updating.delete(key)
    })
    updating.set(key, settled)
    return own
  }

  async #updateNow<T>(
    key: string,
    change: (value: T | undefined) => T | Promise<T>,
    options: UpdateFactOptions,
  ): Promise<Fact<T>> {
    let fact = await this.read<T>(key)
    for (let attempt = 1; ; attempt += 1) {
      const next = await change(fact?.value)
      try {
        return await this.set(key, next, { ...this.#carryOver(fact, options), ifVersion: fact?.version ?? 0 })
      } catch (error) {
        if (!(error instanceof VersionConflictError) || attempt >= maxRetries) throw error
        fact = error.current as Fact<T> | undefined
        const pauseMs = Math.random() * Math.min(50, 2 ** Math.min(attempt, 6))
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
  }

  /** What an update keeps of the fact unless told otherwise; its label can only rise. */
  #carryOver(fact: Fact | undefined, options: UpdateFactOptions): UpdateFactOptions {
    if (!fact) return options
    const { task, tags, importance, expiresAt } = fact
    const told = { sensitivity: options.sensitivity ?? 'public', compartments: options.compartments ?? [] }
    return {
      ...(task !== undefined && { task }),
      ...(importance !== undefined && { importance }),
      ...(expiresAt !== undefined && { ttlMs: Math.max(1, expiresAt - this.#space.store.now()) }),
      tags,
      ...options,
      ...joinLabels([fact, told]),
    }
  }

  /**
   * Removes a fact. Removing what is absent does nothing, unless a version was named.
   *
   * @throws VersionConflictError when `ifVersion` is not the version any more.
   */
  async delete(key: string, options: DeleteFactOptions = {}): Promise<void> {
    requireKey(key)
    const { ifVersion } = options
    const author = this.#actor.principal.id
    const mutation = { type: 'delete', key: recordKey(key), author, ifVersion, guard: guardOf(options) } as const
    await writeOne(this.#space, this.#actor, mutation, (record) => toFact(record))
  }

  async #fetch(key: string): Promise<unknown> {
    requireKey(key)
    this.#space.assertOpen()
    const entry = await this.#space.facts.fetch(key)
    return this.#sees(entry) ? entry.value : undefined
  }

  // Hot: one comparison for what carries no compartments, where nothing is traced.
  #sees(entry: Entry): boolean {
    if (entry.rank <= this.#rank && this.#actor.scope === undefined) return true
    const { record } = entry
    if (record === undefined) return false
    const sees = covers(this.#actor.audience, record)
    if (sees) this.#actor.scope?.readRecord(record)
    return sees
  }
}

const noop = (): void => {}
const nothing: Promise<undefined> = Promise.resolve(undefined)

async function readThrough(space: Space, key: string): Promise<{ record: StoredRecord | undefined }> {
  const [record] = await space.store.read([recordKey(key)])
  return { record }
}

function requireKey(key: string): void {
  requireStrings('key', [key])
}

function recordKey(key: string): { collection: 'facts'; id: string } {
  return { collection: 'facts', id: key }
}

function toFact<T>(record: StoredRecord): Fact<T> {
  const { id: key, value, version, author, createdAt, updatedAt, expiresAt, task, tags } = record
  const { importance, sensitivity, compartments } = record
  const times = { createdAt, updatedAt, expiresAt }
  return {
    key,
    value: decodeJson(value) as T,
    version,
    author,
    ...times,
    task,
    tags,
    importance,
    sensitivity,
    compartments,
  }
}
