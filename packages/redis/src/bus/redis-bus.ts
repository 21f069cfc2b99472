import { requireInteger, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'
import type { Bus, BusLink } from '@skein/memory/types'

import { connect, makeClient, subscriberOptions } from '../connection/make-client.ts'
import { makeSubscriber } from '../connection/make-subscriber.ts'
import { wrapError } from '../connection/redis-errors.ts'
import { nameOfServer, resolveRedisOptions } from '../connection/redis-options.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import type { RedisStoreOptions, ResolvedRedisOptions } from '../connection/redis-options.ts'
import { spaceBase } from '../space/space-keys.ts'
import { RedisBusLink } from './redis-bus-link.ts'

/** Options of {@link redisBus}: those of a store's connection, and how many messages are kept. */
export interface RedisBusOptions extends Pick<
  RedisStoreOptions,
  'url' | 'client' | 'prefix' | 'commandTimeoutMs' | 'connectTimeoutMs'
> {
  /**
   * How many messages the stream of a space keeps, approximately. A node that
   * was away for longer gets a snapshot from another one.
   *
   * @defaultValue 100_000
   */
  readonly maxMessages?: number
}

const kinds: OptionKinds<RedisBusOptions> = {
  url: 'any',
  client: 'any',
  prefix: 'any',
  commandTimeoutMs: 'any',
  connectTimeoutMs: 'any',
  maxMessages: 'any',
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
 * const memory = await openMemory({
 *   store: sqliteStore('node-a.db'),
 *   architecture: 'federated',
 *   federation: { node: 'a', bus: redisBus('redis://localhost:6379') },
 * })
 * await memory.close()
 * ```
 */
export function redisBus(options: string | RedisBusOptions): Bus {
  const given = typeof options === 'string' ? { url: options } : requireOptions('redisBus', options, kinds)
  const { maxMessages = 100_000, ...connection } = given
  const resolved = resolveRedisOptions(connection, 'redisBus')
  requireInteger('maxMessages', maxMessages, 1)
  return { open: (space) => openLink(resolved, maxMessages, space) }
}

async function openLink(options: ResolvedRedisOptions, maxMessages: number, space: string): Promise<BusLink> {
  const where = nameOfServer(options)
  const client = makeClient(options)
  let subscriber: RedisClient | undefined
  const close = (): void => {
    subscriber?.disconnect()
    client.disconnect()
  }
  try {
    await connect(client, options)
    const base = `${spaceBase(options, space)}bus:`
    subscriber = await makeSubscriber(client, base, {
      ...subscriberOptions(options),
      autoResubscribe: true,
      maxRetriesPerRequest: null,
    })
    await connect(subscriber, options)
    const link = new RedisBusLink({ client, subscriber, where, base, maxMessages, close })
    await link.start()
    return link
  } catch (error) {
    close()
    throw wrapError('open', where, error)
  }
}
