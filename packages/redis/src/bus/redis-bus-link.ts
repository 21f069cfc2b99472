import { MemoryClosedError } from '@skein/memory'
import { Emitter } from '@skein/memory/runtime'
import type { BusLink, BusPage } from '@skein/memory/types'

import type { RedisClient } from '../connection/redis-client.ts'
import { wrapError } from '../connection/redis-errors.ts'
import { ScriptRunner } from '../lua/script-runner.ts'
import { busElectScript, busPublishScript, busReadScript } from '../lua/scripts.generated.ts'
import { isLater, streamPageOf } from './stream-page.ts'
import type { StreamPage } from './stream-page.ts'

/** What a link is made of. */
export interface BusLinkParts {
  readonly client: RedisClient
  /** A connection for the channel that announces messages. */
  readonly subscriber: RedisClient
  /** What messages call the server. */
  readonly where: string
  /** Prefix of all keys of the bus. */
  readonly base: string
  readonly maxMessages: number
  readonly close: () => void
}

/** One node's link to the stream of a space. */
export class RedisBusLink implements BusLink {
  readonly #parts: BusLinkParts
  readonly #scripts: ScriptRunner
  readonly #events = new Emitter<{ news: undefined }>()
  #isClosed = false

  constructor(parts: BusLinkParts) {
    this.#parts = parts
    this.#scripts = new ScriptRunner(parts.client)
    const announce = (): void => {
      if (!this.#isClosed) this.#events.emit('news', undefined)
    }
    parts.subscriber.on('message', announce)
    // Announcements were missed while the connection was down; it subscribes again by itself.
    parts.subscriber.on('ready', announce)
  }

  async start(): Promise<void> {
    await this.#parts.subscriber.subscribe(`${this.#parts.base}news`)
  }

  async publish(messages: readonly string[], after?: string): Promise<boolean> {
    const condition = after === undefined ? '-' : after
    const last = await this.#run('publish', busPublishScript, `${this.#parts.maxMessages}`, condition, ...messages)
    return last !== null
  }

  async read(after: string, limit: number): Promise<BusPage> {
    const { entries, last } = await this.#page(after === '' ? '-' : `(${after}`, limit)
    const [first] = entries
    // Without a first one: nothing came after the newest entry, or that is not the newest any longer, in a new stream.
    const isComplete = first ? first.before === after : last === after
    if (isComplete) return { messages: entries, last, missed: 'nothing' }
    if (first && isLater(first.before, after)) return { messages: entries, last, missed: 'trimmed' }
    const all = await this.#page('-', limit)
    return { messages: all.entries, last: all.last, missed: 'everything' }
  }

  onNews(listener: () => void): () => void {
    return this.#events.on('news', listener)
  }

  async elect(name: string, ttlMs: number): Promise<boolean> {
    return (await this.#run('elect', busElectScript, name, `${ttlMs}`)) === 1
  }

  async #page(from: string, limit: number): Promise<StreamPage> {
    return streamPageOf((await this.#run('read', busReadScript, from, `${limit}`)) as string[])
  }

  async #run(operation: string, script: string, ...args: string[]): Promise<unknown> {
    if (this.#isClosed) throw new MemoryClosedError()
    try {
      return await this.#scripts.run(script, [this.#parts.base, ...args])
    } catch (error) {
      // Not as a write: a message that is published twice does no harm.
      throw wrapError(operation, this.#parts.where, error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#parts.close()
  }
}
