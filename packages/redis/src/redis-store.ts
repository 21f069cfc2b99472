import { randomUUID } from 'node:crypto'

import { MemoryClosedError } from '@skein/memory'
import { liveRecord } from '@skein/memory/store'
import type {
  Change,
  ChangePage,
  Commit,
  Corruption,
  Inspector,
  Mutation,
  ObjectStore,
  RecordKey,
  RecordPage,
  RecordQuery,
  SearchAnswer,
  SearchQuery,
  Seq,
  Store,
  StoreDriver,
  StoredRecord,
  StoreRole,
  StoreTraits,
  Unwatch,
} from '@skein/memory/store'

import { ChangeLink } from './change-link.ts'
import { checkSpace, keysOf } from './check-space.ts'
import { listenerOptions, makeClient } from './make-client.ts'
import type { RedisClient } from './redis-client.ts'
import { wrapError } from './redis-errors.ts'
import { resolveRedisOptions, shown } from './redis-options.ts'
import type { RedisStoreOptions, ResolvedRedisOptions } from './redis-options.ts'
import { rewriteLog } from './rewrite-log.ts'
import { RedisSpace } from './redis-space.ts'
import { SearchIndex } from './search-index.ts'
import { askServer } from './server-facts.ts'
import type { ServerFacts } from './server-facts.ts'
import { ServerClock } from './server-clock.ts'
import { spaceBase } from './space-keys.ts'

/**
 * Keeps records on a Redis or Valkey server that many machines share.
 *
 * @param options - A URL, or all options.
 * @throws OptionError when an option is out of range. Opening the memory
 * throws StoreError when the server can't be reached or refuses, and
 * StoreFormatError when it is too old.
 *
 * @example
 * ```ts no-run
 * import { openMemory } from '@skein/memory'
 * import { redisStore } from '@skein/redis'
 *
 * await using memory = await openMemory({ store: redisStore('redis://localhost:6379') })
 * ```
 */
export function redisStore(options: string | RedisStoreOptions): StoreDriver {
  const resolved = resolveRedisOptions(options)
  const { client: _own, ...plain } = resolved
  return {
    // A client can't be sent to another thread.
    descriptor: resolved.client ? undefined : { module: import.meta.url, name: 'redisStore', options: plain },
    open: (space, role) => openStore(resolved, space, role),
    spaces: () => listSpaces(resolved),
  }
}

async function listSpaces(options: ResolvedRedisOptions): Promise<readonly string[]> {
  const client = options.client ?? makeClient(options)
  try {
    if (!options.client) await connect(client)
    const [start, end] = spaceBase(options.prefix, '*').split('*') as [string, string]
    const spaces: string[] = []
    for await (const key of keysOf(client, `${start}*${end}meta`)) {
      spaces.push(key.slice(start.length, -`${end}meta`.length))
    }
    return spaces.toSorted()
  } catch (error) {
    throw wrapError('open', whereOf(options), error)
  } finally {
    if (!options.client) client.disconnect()
  }
}

/** Connects; what a first try fails of is told by an event alone. */
async function connect(client: RedisClient): Promise<void> {
  let why: unknown
  // Later failures are told by the commands; without a listener they would end the process.
  client.on('error', (error: unknown) => void (why = error))
  try {
    await client.connect()
  } catch (error) {
    throw why ?? error
  }
}

function whereOf(options: ResolvedRedisOptions): string {
  return options.client ? 'Redis' : shown(options.url)
}

async function openStore(options: ResolvedRedisOptions, space: string, role: StoreRole): Promise<Store> {
  const where = whereOf(options)
  const client = options.client ?? makeClient(options)
  let link: ChangeLink | undefined
  try {
    if (!options.client) await connect(client)
    const facts = await askServer(client, where)
    const clock = await ServerClock.start(client, options.pingMs)
    const base = spaceBase(options.prefix, space)
    if (role === 'writer') {
      const second = client.duplicate({ ...listenerOptions(options), autoResubscribe: false })
      link = new ChangeLink(second, `${base}changes`, options.pingMs)
      await link.start()
      // The space is there from now on. Where nothing can be written, reading still can: the first write tells.
      await client.hsetnx(`${base}meta`, 'incarnation', randomUUID()).catch(() => {})
    }
    return new RedisStore(client, new RedisSpace(client, base, options.maxChanges), {
      where,
      facts,
      clock,
      link,
      options,
    })
  } catch (error) {
    link?.close()
    if (!options.client) client.disconnect()
    throw wrapError('open', where, error)
  }
}

interface StoreParts {
  readonly where: string
  readonly facts: ServerFacts
  readonly clock: ServerClock
  readonly link: ChangeLink | undefined
  readonly options: ResolvedRedisOptions
}

class RedisStore implements Store {
  readonly traits: StoreTraits
  readonly objects: ObjectStore
  readonly #client: RedisClient
  readonly #space: RedisSpace
  readonly #parts: StoreParts
  readonly #index: SearchIndex
  #isClosed = false

  constructor(client: RedisClient, space: RedisSpace, parts: StoreParts) {
    const durable = parts.facts.isDurable ? 'full' : 'process'
    this.traits = { durable, reach: 'network', fullText: 'derived', expiresNatively: false }
    this.#client = client
    this.#space = space
    this.#parts = parts
    this.#index = new SearchIndex(space)
    const nameOf = (name: string): string => `${space.base}o:${name}`
    this.objects = {
      put: (name, bytes) => {
        const copy = Buffer.from(bytes)
        return this.#guarded('objects.put', async () => void (await client.setnx(nameOf(name), copy)), true)
      },
      get: (name, range) => this.#guarded('objects.get', () => this.#bytes(nameOf(name), range)),
      has: (name) => this.#guarded('objects.has', async () => (await client.exists(nameOf(name))) === 1),
      delete: (name) => this.#guarded('objects.delete', async () => void (await client.del(nameOf(name))), true),
    }
  }

  now(): number {
    return this.#parts.clock.now()
  }

  read(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]> {
    return this.#guarded('read', async () => {
      const rows = await this.#space.rows(keys)
      return rows.map((row) => liveRecord(row, this.now()))
    })
  }

  write(batch: readonly Mutation[]): Promise<Commit> {
    return this.#guarded('write', () => this.#space.write(batch), true)
  }

  query(query: RecordQuery): Promise<RecordPage> {
    return this.#guarded('query', () => this.#space.query(query, this.now()))
  }

  search(query: SearchQuery): Promise<SearchAnswer> {
    return this.#guarded('search', async () => {
      const { keys, frequencies, matches } = await this.#index.search(query, this.now())
      const rows = await this.#space.rows(keys)
      return { records: rows.flatMap((row) => liveRecord(row, this.now()) ?? []), frequencies, matches }
    })
  }

  changes(after: Seq, limit: number): Promise<ChangePage> {
    return this.#guarded('changes', () => this.#space.changes(after, limit))
  }

  /** A reader never calls back: the thread that opened the memory tells the others through the epoch table. */
  watch(listener: (change: Change) => void, onLink?: (isUp: boolean) => void): Unwatch {
    return this.#parts.link?.watch(listener, onLink) ?? (() => {})
  }

  sweep(limit: number): Promise<number> {
    return this.#guarded('sweep', () => this.#space.sweep(limit), true)
  }

  verify(inspector?: Inspector): AsyncIterable<Corruption> {
    return checkSpace(this.#client, this.#space.base, () => this.now(), inspector)
  }

  /** Has the server write its append-only file anew, without what was overwritten. */
  scrub(): Promise<void> {
    return this.#guarded('scrub', async () => {
      if (!this.#parts.facts.hasAppendOnlyFile) return
      await rewriteLog(this.#client)
    })
  }

  async #bytes(
    name: string,
    range: { readonly start: number; readonly end: number } | undefined,
  ): Promise<Buffer | undefined> {
    if (!range) return (await this.#client.getBuffer(name)) ?? undefined
    if (!(await this.#client.exists(name))) return undefined
    return range.end <= range.start ? Buffer.alloc(0) : this.#client.getrangeBuffer(name, range.start, range.end - 1)
  }

  async #guarded<Result>(operation: string, work: () => Promise<Result>, isWrite = false): Promise<Result> {
    if (this.#isClosed) throw new MemoryClosedError()
    try {
      return await work()
    } catch (error) {
      throw wrapError(operation, this.#parts.where, error, isWrite)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const { clock, link, options } = this.#parts
    clock.stop()
    link?.close()
    if (!options.client) this.#client.disconnect()
  }
}
