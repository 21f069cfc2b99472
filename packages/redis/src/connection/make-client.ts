import type { RedisOptions } from 'ioredis'

import { ClientLink } from './client-link.ts'
import { clusterLike } from './cluster-nodes.ts'
import { PipeliningClient } from './pipelining-client.ts'
import { duplicateOf } from './redis-client.ts'
import type { RedisClient } from './redis-client.ts'
import type { ResolvedRedisOptions } from './redis-options.ts'
import { parseRedisUrl } from './redis-url.ts'

/**
 * Options of every client that the store uses, whatever those of a given one are.
 * They decide which keys are written, what replies look like, in which order commands
 * arrive, and whether one may happen twice.
 */
const own = {
  lazyConnect: true,
  // The store itself puts it before its keys: ioredis would miss some.
  keyPrefix: '',
  stringNumbers: false,
  replyMapping: 'legacy',
  readOnly: false,
  monitor: false,
  enableOfflineQueue: true,
  enableReadyCheck: true,
  enableAutoPipelining: false,
  // A write that was sent before the connection broke may have happened: its caller has to know.
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 3,
  retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
} satisfies RedisOptions

/** Makes a client of the store's own: for a URL, or like a given client. */
export function makeClient(options: ResolvedRedisOptions): RedisClient {
  const { url, client: given, commandTimeoutMs, connectTimeoutMs } = options
  const client = given
    ? clientLike(given, options)
    : pipelining({ ...parseRedisUrl(url), ...own, connectTimeout: connectTimeoutMs }, commandTimeoutMs)
  // Commands report failures; without a listener, an event would end the process.
  client.on('error', () => {})
  ClientLink.of(client)
  return client
}

/** A client for the same servers as a given one, with options of our own. */
function clientLike(given: RedisClient, options: ResolvedRedisOptions): RedisClient {
  const { commandTimeoutMs } = options
  if (given.isCluster === true) return clusterLike(given, options)
  if (given.isCluster === false && given.options) {
    return pipelining({ ...given.options, ...own, commandTimeout: undefined } as RedisOptions, commandTimeoutMs)
  }
  return duplicateOf(given, { ...own, commandTimeout: commandTimeoutMs })
}

function pipelining(options: RedisOptions, commandTimeoutMs: number): RedisClient {
  // Methods of ioredis have many more signatures than those of RedisClient.
  return new PipeliningClient(options, commandTimeoutMs) as unknown as RedisClient
}

/** Options of a second connection, for subscriptions, beside those of the first one. */
export function subscriberOptions({ commandTimeoutMs }: ResolvedRedisOptions): RedisOptions {
  return { commandTimeout: commandTimeoutMs, lazyConnect: true, autoResubscribe: false }
}

/**
 * Connects a client of ours.
 *
 * @throws why the first attempt failed, which ioredis tells only by an event.
 */
export async function connect(client: RedisClient, { connectTimeoutMs }: ResolvedRedisOptions): Promise<void> {
  let failure: unknown
  client.on('error', (error: unknown) => void (failure = error))
  try {
    await (client.isCluster === true ? untilReady(client, connectTimeoutMs) : client.connect())
  } catch (error) {
    throw failure ?? error
  }
}

/**
 * Connects to a cluster. One that is not ready yet, for example because a node was just restarted, is asked again;
 * the promise of the first attempt then never settles.
 */
async function untilReady(client: RedisClient, timeoutMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  client.on('ready', () => resolve())
  client.connect().then(() => resolve(), reject)
  const late = (): void => reject(Object.assign(new Error('The cluster is not ready.'), { code: 'ETIMEDOUT' }))
  const timer = setTimeout(late, timeoutMs)
  try {
    await promise
  } finally {
    clearTimeout(timer)
  }
}

/** Runs a task with a client of its own, which is closed afterwards. */
export async function withClient<Result>(
  options: ResolvedRedisOptions,
  task: (client: RedisClient) => Promise<Result>,
): Promise<Result> {
  const client = makeClient(options)
  try {
    await connect(client, options)
    return await task(client)
  } finally {
    client.disconnect()
  }
}
