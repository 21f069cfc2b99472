import { Emitter } from '@skein/memory/runtime'
import type { Unsubscribe } from '@skein/memory/runtime'

import { followNodes } from './cluster-nodes.ts'
import type { RedisClient } from './redis-client.ts'

/** What ioredis has beside the methods in {@link RedisClient}. */
interface WithQueues {
  flushQueue(error: Error, queues: { readonly offlineQueue: boolean }): void
}

/**
 * The connections of a client, one after the other. A client has one link, however
 * many spaces use it.
 *
 * When a connection closes, the commands that are under way on it are rejected. They
 * are not sent again, since they may have happened, and ioredis alone would leave
 * their promises pending for ever. Commands that wait for a connection keep waiting.
 */
export class ClientLink {
  static readonly #links = new WeakMap<RedisClient, ClientLink>()

  static of(client: RedisClient): ClientLink {
    const link = ClientLink.#links.get(client) ?? new ClientLink(client)
    ClientLink.#links.set(client, link)
    return link
  }

  readonly #events = new Emitter<{ ready: undefined }>()
  #closed = 0

  private constructor(client: RedisClient) {
    if (client.isCluster) {
      followNodes(client, {
        onClose: () => (this.#closed += 1),
        onReady: () => this.#events.emit('ready', undefined),
      })
      return
    }
    client.on('close', () => {
      this.#closed += 1
      const { flushQueue } = client as Partial<WithQueues>
      flushQueue?.call(client, new Error('Connection is closed.'), { offlineQueue: false })
    })
    client.on('ready', () => this.#events.emit('ready', undefined))
  }

  /** The number of connections that were closed so far. What was sent while it stays the same went to one server. */
  get closed(): number {
    return this.#closed
  }

  /** Calls back when a connection can be used. */
  onReady(listener: () => void): Unsubscribe {
    return this.#events.on('ready', listener)
  }
}
