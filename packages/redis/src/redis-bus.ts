import { MemoryClosedError, OptionError } from '@skein/memory'
import type { Bus, BusLink, BusMessage, BusPage } from '@skein/memory/types'

import { electScript, publishScript, readScript } from './bus-scripts.ts'
import { listenerOptions, makeClient } from './make-client.ts'
import type { RedisClient } from './redis-client.ts'
import { wrapError } from './redis-errors.ts'
import { resolveRedisOptions, shown } from './redis-options.ts'
import type { RedisStoreOptions, ResolvedRedisOptions } from './redis-options.ts'
import { Scripts } from './scripts.ts'
import { spaceBase } from './space-keys.ts'

/** Options of {@link redisBus}; as those of a store, and how much is kept. */
export interface RedisBusOptions extends Pick<
  RedisStoreOptions,
  'url' | 'client' | 'prefix' | 'commandTimeoutMs' | 'connectTimeoutMs'
> {
  /**
   * Messages that the stream of a space keeps, about; older ones go. A node
   * that was away for longer is sent a snapshot by another one.
   *
   * @defaultValue 100_000
   */
  readonly maxMessages?: number
}

/**
 * Carries messages between federated memories over a stream of a Redis or
 * Valkey server, which keeps them for nodes that are away.
 *
 * @param options - A URL, or all options.
 * @throws OptionError
 *
 * @example
 * ```ts no-run
 * import { openMemory } from '@skein/memory'
 * import { redisBus } from '@skein/redis'
 * import { sqliteStore } from '@skein/sqlite'
 *
 * await using memory = await openMemory({
 *   store: sqliteStore('node-a.db'),
 *   architecture: 'federated',
 *   federation: { node: 'a', bus: redisBus('redis://localhost:6379') },
 * })
 * ```
 */
export function redisBus(options: string | RedisBusOptions): Bus {
  const { maxMessages = 100_000, ...connection } = typeof options === 'string' ? { url: options } : options
  const resolved = resolveRedisOptions(connection)
  if (!(Number.isSafeInteger(maxMessages) && maxMessages > 0)) {
    throw new OptionError('maxMessages', 'a whole number above 0', maxMessages)
  }
  return { open: (space) => openLink(resolved, maxMessages, space) }
}

async function openLink(options: ResolvedRedisOptions, maxMessages: number, space: string): Promise<BusLink> {
  const where = options.client ? 'Redis' : shown(options.url)
  const client = options.client ?? makeClient(options)
  const hints = client.duplicate({ ...listenerOptions(options), maxRetriesPerRequest: null })
  // A connection tells of its failures also when nobody asks; without a listener they would end the process.
  let why: unknown
  if (!options.client) client.on('error', (error: unknown) => void (why = error))
  hints.on('error', (error: unknown) => void (why = error))
  const close = (): void => {
    hints.disconnect()
    if (!options.client) client.disconnect()
  }
  try {
    if (!options.client) await client.connect()
    await hints.connect()
    const link = new RedisLink({
      client,
      hints,
      where,
      base: `${spaceBase(options.prefix, space)}bus:`,
      maxMessages,
      close,
    })
    await link.start()
    return link
  } catch (error) {
    close()
    throw wrapError('open', where, why ?? error)
  }
}

interface LinkParts {
  readonly client: RedisClient
  /** A connection that is subscribed to the channel of hints. */
  readonly hints: RedisClient
  readonly where: string
  readonly base: string
  readonly maxMessages: number
  readonly close: () => void
}

class RedisLink implements BusLink {
  readonly #parts: LinkParts
  readonly #scripts: Scripts
  readonly #listeners = new Set<() => void>()
  #isClosed = false

  constructor(parts: LinkParts) {
    this.#parts = parts
    this.#scripts = new Scripts(parts.client)
    const tell = (): void => {
      for (const listener of this.#listeners) listener()
    }
    parts.hints.on('message', tell)
    // Whatever was said while the connection was down was missed; it subscribes again by itself.
    parts.hints.on('ready', tell)
  }

  async start(): Promise<void> {
    await this.#parts.hints.subscribe(`${this.#parts.base}news`)
  }

  async publish(messages: readonly string[]): Promise<void> {
    await this.#run('publish', publishScript, `${this.#parts.maxMessages}`, ...messages)
  }

  async read(after: string, limit: number): Promise<BusPage> {
    const page = await this.#entries(after === '' ? '-' : `(${after}`, limit)
    const [first] = page.entries
    // Nothing came after the newest one; or it is the newest no more, since the stream began anew.
    const isWhole = first ? first.before === after : page.last === after
    if (isWhole) return { messages: page.entries, last: page.last, missed: 'nothing' }
    if (first && isLater(first.before, after)) return { messages: page.entries, last: page.last, missed: 'trimmed' }
    const all = await this.#entries('-', limit)
    return { messages: all.entries, last: all.last, missed: 'everything' }
  }

  onNews(listener: () => void): () => void {
    // The same listener may come twice.
    const own = (): void => listener()
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  async elect(name: string, ttlMs: number): Promise<boolean> {
    return (await this.#run('elect', electScript, name, `${ttlMs}`)) === 1
  }

  async #entries(from: string, limit: number): Promise<{ entries: readonly Entry[]; last: string }> {
    const [last = '', ...rest] = (await this.#run('read', readScript, from, `${limit}`)) as string[]
    const entries: Entry[] = []
    for (let index = 0; index < rest.length; index += 3) {
      const [position = '', before = '', text = ''] = rest.slice(index, index + 3)
      entries.push({ position, before, text })
    }
    return { entries, last }
  }

  async #run(operation: string, script: string, ...args: string[]): Promise<unknown> {
    if (this.#isClosed) throw new MemoryClosedError()
    try {
      return await this.#scripts.run(script, [this.#parts.base, ...args])
    } catch (error) {
      // Not as a write: one that happened twice does no harm here.
      throw wrapError(operation, this.#parts.where, error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#listeners.clear()
    this.#parts.close()
  }
}

interface Entry extends BusMessage {
  /** The position of the entry that came before it; `''` for the first one ever. */
  readonly before: string
}

/** Compares ids of a stream: milliseconds, a dash, a number. */
function isLater(a: string, b: string): boolean {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number)
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number)
  return aMs > bMs || (aMs === bMs && aSeq > bSeq)
}
