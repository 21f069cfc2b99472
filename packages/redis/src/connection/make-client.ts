import type { RedisOptions } from 'ioredis'

import { ClientLink } from './client-link.ts'
import { PipeliningClient } from './pipelining-client.ts'
import type { RedisClient } from './redis-client.ts'
import type { ResolvedRedisOptions } from './redis-options.ts'

/** Makes a client for a URL; it sends the commands of one turn together, and no command twice. */
export function makeClient({ url, commandTimeoutMs, connectTimeoutMs }: ResolvedRedisOptions): RedisClient {
  const options: RedisOptions = {
    lazyConnect: true,
    // A write that was sent before the connection broke may have happened: its caller has to know.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 3,
    connectTimeout: connectTimeoutMs,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  }
  // Methods of ioredis have many more signatures than those of RedisClient.
  const client = new PipeliningClient(url, commandTimeoutMs, options) as unknown as RedisClient
  ClientLink.of(client)
  return client
}

/** Options of a second connection, for subscriptions, beside those of the first one. */
export function subscriberOptions({ client, commandTimeoutMs }: ResolvedRedisOptions): RedisOptions {
  const timeout = client ? {} : { commandTimeout: commandTimeoutMs }
  return { ...timeout, enableAutoPipelining: false, lazyConnect: true }
}

/** Connects a client of ours. @throws why the first attempt failed, which ioredis tells only by an event. */
export async function connect(client: RedisClient): Promise<void> {
  let failure: unknown
  // Commands report later failures; without a listener, an event would end the process.
  client.on('error', (error: unknown) => void (failure = error))
  try {
    await client.connect()
  } catch (error) {
    throw failure ?? error
  }
}

/** Runs a task with the client of the options, or with one of its own that is closed afterwards. */
export async function withClient<Result>(
  options: ResolvedRedisOptions,
  task: (client: RedisClient) => Promise<Result>,
): Promise<Result> {
  if (options.client) return task(options.client)
  const client = makeClient(options)
  try {
    await connect(client)
    return await task(client)
  } finally {
    client.disconnect()
  }
}
