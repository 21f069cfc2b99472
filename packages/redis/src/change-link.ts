import type { Change, Unwatch } from '@skein/memory/store'

import { unpackChanges } from './record-row.ts'
import type { RedisClient } from './redis-client.ts'

/** How the link of a {@link ChangeLink} is: told to whoever watches. */
type OnLink = (isUp: boolean) => void

/**
 * Hears of changes over a connection of its own, and tells when that is down.
 *
 * States
 * - down: from the start, and whenever the connection closes or a ping stays
 *   without an answer. A half-open link looks healthy until then.
 * - up: once the server has acknowledged the subscription.
 */
export class ChangeLink {
  readonly #client: RedisClient
  readonly #channel: string
  readonly #pingMs: number
  readonly #listeners = new Set<(change: Change) => void>()
  readonly #onLinks = new Set<OnLink>()
  readonly #timer: NodeJS.Timeout
  #isUp = false
  #isClosed = false

  constructor(client: RedisClient, channel: string, pingMs: number) {
    this.#client = client
    this.#channel = channel
    this.#pingMs = pingMs
    client.on('message', (_channel: string, message: string) => this.#receive(message))
    client.on('ready', () => void this.#subscribe())
    client.on('close', () => this.#tell(false))
    // Told by the next command, too; without a listener it would end the process.
    client.on('error', () => {})
    this.#timer = setInterval(() => void this.#ping(), pingMs).unref()
  }

  /** Resolves when the connection stands, after which it subscribes; rejects when the first try fails. */
  async start(): Promise<void> {
    await this.#client.connect()
    await this.#client.subscribe(this.#channel)
    this.#tell(true)
  }

  watch(listener: (change: Change) => void, onLink?: OnLink): Unwatch {
    this.#listeners.add(listener)
    if (onLink) {
      this.#onLinks.add(onLink)
      if (!this.#isUp) onLink(false)
    }
    return () => {
      this.#listeners.delete(listener)
      if (onLink) this.#onLinks.delete(onLink)
    }
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#client.subscribe(this.#channel)
      this.#tell(true)
    } catch {
      this.#drop()
    }
  }

  async #ping(): Promise<void> {
    if (!this.#isUp) return
    const { promise: late, resolve } = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => resolve('late'), this.#pingMs).unref()
    // It may still fail when nobody waits for it any more.
    const answer = await Promise.race([this.#client.ping().catch(() => 'late'), late])
    clearTimeout(timer)
    if (answer === 'late') this.#drop()
  }

  /** Gives the connection up for dead and makes another one. */
  #drop(): void {
    if (this.#isClosed) return
    this.#tell(false)
    this.#client.disconnect(true)
  }

  #tell(isUp: boolean): void {
    if (this.#isClosed || this.#isUp === isUp) return
    this.#isUp = isUp
    for (const onLink of this.#onLinks) onLink(isUp)
  }

  /** The place of the last change in the feed, and a line for each. */
  #receive(message: string): void {
    const at = message.indexOf('\n')
    let changes: readonly Change[] = []
    try {
      changes = unpackChanges(Number(message.slice(0, at)), message.slice(at + 1))
    } catch (error) {
      // Thrown on, it would end the process. Whoever hears of nothing finds the gap in the feed.
      process.emitWarning(error instanceof Error ? error : String(error))
    }
    for (const change of changes) this.#hear(change)
  }

  #hear(change: Change): void {
    for (const listener of this.#listeners) {
      try {
        listener(change)
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error))
      }
    }
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    this.#client.disconnect()
  }
}
