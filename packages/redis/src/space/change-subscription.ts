import { Emitter, warn } from '@skein/memory/runtime'
import type { Change, Unwatch } from '@skein/memory/store'

import type { RedisClient } from '../connection/redis-client.ts'
import { unpackChanges } from '../records/feed-lines.ts'

/**
 * Receives changes over a connection of its own, and reports when that is down.
 *
 * States
 * - down: at first, and whenever the connection closes or a ping stays
 *   unanswered. Until then a half-open connection looks healthy.
 * - up: after the server acknowledged the subscription.
 */
export class ChangeSubscription {
  readonly #client: RedisClient
  #channel: string
  readonly #pingMs: number
  readonly #events = new Emitter<{ change: Change; link: boolean }>()
  readonly #timer: NodeJS.Timeout
  /** Whether it is known which channel is the right one. */
  #isOpened = false
  #isUp = false
  #isClosed = false

  /** @param channel - The one to subscribe to, unless {@link follow} names another one first. */
  constructor(client: RedisClient, channel: string, pingMs: number) {
    this.#client = client
    this.#channel = channel
    this.#pingMs = pingMs
    client.on('message', (from: string, message: string) => this.#receive(from, message))
    client.on('ready', () => void this.#subscribe())
    client.on('close', () => this.#setUp(false))
    // Commands report failures too; without a listener, an event would end the process.
    client.on('error', () => {})
    this.#timer = setInterval(() => void this.#ping(), pingMs).unref()
  }

  /**
   * Connects, and subscribes once the space is open.
   *
   * @throws when the first attempt fails.
   */
  async start(opened: Promise<void>): Promise<void> {
    await Promise.all([this.#client.connect(), opened])
    this.#isOpened = true
    await this.#client.subscribe(this.#channel)
    this.#setUp(true)
  }

  /** Goes over to another channel: what came on the one before reports on another feed. */
  async follow(channel: string): Promise<void> {
    if (channel === this.#channel || this.#isClosed) return
    const before = this.#channel
    this.#channel = channel
    if (!this.#isOpened) return
    this.#setUp(false)
    await this.#subscribe()
    // If it fails, its messages are ignored.
    await this.#client.unsubscribe(before).catch(() => {})
  }

  /** @param onLink - Called with `false` at once if the connection is down. */
  watch(listener: (change: Change) => void, onLink?: (isUp: boolean) => void): Unwatch {
    const stops = [this.#events.on('change', listener)]
    if (onLink) {
      stops.push(this.#events.on('link', onLink))
      if (!this.#isUp) onLink(false)
    }
    return () => {
      for (const stop of stops) stop()
    }
  }

  async #subscribe(): Promise<void> {
    if (!this.#isOpened) return
    const channel = this.#channel
    try {
      await this.#client.subscribe(channel)
      if (channel === this.#channel) this.#setUp(true)
    } catch {
      this.#reconnect()
    }
  }

  async #ping(): Promise<void> {
    if (!this.#isUp) return
    const { promise: late, resolve } = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => resolve('late'), this.#pingMs).unref()
    // It may still fail when nobody waits for it any longer.
    const answer = await Promise.race([this.#client.ping().catch(() => 'late'), late])
    clearTimeout(timer)
    if (answer === 'late') this.#reconnect()
  }

  #reconnect(): void {
    if (this.#isClosed) return
    this.#setUp(false)
    this.#client.disconnect(true)
  }

  #setUp(isUp: boolean): void {
    if (this.#isClosed || this.#isUp === isUp) return
    this.#isUp = isUp
    this.#events.emit('link', isUp)
  }

  /** A message is the `seq` of its last change, and a line for each change. */
  #receive(from: string, message: string): void {
    if (from !== this.#channel) return
    const at = message.indexOf('\n')
    let changes: readonly Change[] = []
    try {
      changes = unpackChanges(Number(message.slice(0, at)), message.slice(at + 1))
    } catch (error) {
      // Thrown on, it would end the process. Listeners find the gap in the feed.
      warn(error)
    }
    for (const change of changes) this.#events.emit('change', change)
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    this.#client.disconnect()
  }
}
