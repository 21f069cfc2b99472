import { FeedTrimmedError, MemoryClosedError, OptionError } from '@skein/memory'
import type { View } from '@skein/memory'
import { allFacts, labelFrom, requireOptions, requireStrings, warn } from '@skein/memory/runtime'
import type { LabelOptions, OptionKinds } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

/** Options for all entries of a cache: their label, and the prefix of their keys. */
export interface CacheOptions extends LabelOptions {
  /**
   * Parts the entries from those of other caches and from other facts: an entry is the fact `prefix/key`.
   *
   * @defaultValue 'cache'
   */
  readonly prefix?: string
}

const kinds: OptionKinds<CacheOptions> = { prefix: 'any', sensitivity: 'any', compartments: 'any' }

/** Entries that are deleted together. */
const atOnce = 1_000

/** The facts that one cache consists of. */
export class CacheEntries {
  readonly #view: View
  readonly #prefix: string
  readonly #label: () => Label

  /** @param of - The call that takes the options. @throws OptionError */
  constructor(of: string, view: View, options: CacheOptions) {
    const { prefix = 'cache', ...label } = requireOptions(of, options, kinds)
    // Prefixes don't overlap, since none holds the separator.
    requireStrings('prefix', [prefix])
    if (prefix.includes('/')) throw new OptionError('prefix', 'a string without "/"', prefix)
    this.#view = view
    this.#prefix = `${prefix}/`
    this.#label = labelFrom(view, label)
  }

  /** @returns the value, a copy of the caller's own; `undefined` if there is none. */
  async get(key: string): Promise<unknown> {
    const value = await this.#view.facts.get(this.#id(key))
    // Those who get strings share them; what could be changed is copied.
    return typeof value === 'object' && value !== null ? structuredClone(value) : value
  }

  /** @param ttlMs - Time to live, rounded up; for ever when left out or infinite. At 0 or below the entry is gone at once. */
  async set(key: string, value: unknown, ttlMs: number = Infinity): Promise<void> {
    if (Number.isNaN(ttlMs)) throw new OptionError('ttl', 'a number', ttlMs)
    if (ttlMs <= 0) {
      await this.#view.facts.delete(this.#id(key))
      return
    }
    const lifetime = Number.isFinite(ttlMs) ? { ttlMs: Math.ceil(ttlMs) } : {}
    await this.#view.facts.set(this.#id(key), value, { ...this.#label(), ...lifetime })
  }

  /** @returns whether there was such an entry. */
  async delete(key: string): Promise<boolean> {
    return this.#view.facts.delete(this.#id(key))
  }

  /** Yields the entries whose keys begin so, in the order of the keys. */
  async *list(begin: string = ''): AsyncGenerator<{ readonly key: string; readonly value: unknown }, void, undefined> {
    for await (const { key, value } of allFacts(this.#view.facts, { prefix: this.#id(begin) })) {
      yield { key: key.slice(this.#prefix.length), value }
    }
  }

  /** Deletes the entries whose keys begin so. */
  async clear(begin: string = ''): Promise<void> {
    const keys = await Array.fromAsync(this.list(begin), ({ key }) => key)
    for (let from = 0; from < keys.length; from += atOnce) {
      await Promise.all(keys.slice(from, from + atOnce).map((key) => this.#view.facts.delete(this.#id(key))))
    }
  }

  /**
   * Tells which keys anybody changes from now on, until the signal aborts or the memory is closed.
   *
   * Whatever else ends it is a warning of the process, since nobody waits for it.
   */
  watch(tell: (key: string, isGone: boolean) => void, signal: AbortSignal): void {
    this.#follow(tell, this.#view.watch(`facts/${this.#prefix}`, { signal }), signal).catch((error: unknown) => {
      if (!(error instanceof MemoryClosedError)) warn(error)
    })
  }

  async #follow(
    tell: (key: string, isGone: boolean) => void,
    changes: ReturnType<View['watch']>,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      for await (const { id, op } of changes) tell(id.slice(this.#prefix.length), op === 'delete')
    } catch (error) {
      if (!(error instanceof FeedTrimmedError)) throw error
      // Some changes are lost for this watcher, which has nobody to tell.
      warn(error)
      await this.#follow(tell, this.#view.watch(`facts/${this.#prefix}`, { after: error.last, signal }), signal)
    }
  }

  #id(key: string): string {
    return this.#prefix + key
  }
}
