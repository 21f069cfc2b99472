import { OptionError, StoreError } from '@skein/memory'
import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'

/**
 * How to reach Redis: a URL such as `redis://user:password@host:port/database`, options of ioredis, or a client of
 * ioredis, of which copies are made: it is neither used nor closed itself.
 */
export type QueueConnection = string | RedisOptions | Redis

/** Pauses between attempts to connect, in milliseconds: a server that is back is found within a second. */
const longestPauseMs = 1_000
/** How long whoever ends waits for a server that is away, in milliseconds. */
const soonMs = 2_000

/** What we insist on: a command waits for a server that is away, instead of failing. */
const insisted = {
  maxRetriesPerRequest: null,
  enableReadyCheck: true,
  retryStrategy: (times: number): number => Math.min(longestPauseMs, 50 * times),
} as const

/**
 * Makes a connection and waits until it is there.
 *
 * @throws OptionError for an address of another form; StoreError when the server can't be reached.
 */
export async function connect(connection: QueueConnection, timeoutMs: number): Promise<Redis> {
  const client = makeClient(connection)
  let last: unknown
  client.on('error', (error) => (last = error))
  try {
    await within(timeoutMs, client.connect())
    return client
  } catch (error) {
    client.disconnect()
    throw unreachable(nameOf(client), last ?? error)
  }
}

/** Another connection like this one, for a subscriber. */
export function another(client: Redis): Redis {
  const copy = client.duplicate({ lazyConnect: false })
  // It reconnects by itself.
  copy.on('error', () => {})
  return copy
}

/** The number of the database, for channels: Redis gives a message to subscribers of all databases. */
export function databaseOf(client: Redis): number {
  return client.options.db ?? 0
}

/** What messages call the server. */
export function nameOf({ options: { host, port, path } }: Redis): string {
  return path ?? `redis://${host ?? 'localhost'}:${port ?? 6379}`
}

function makeClient(connection: unknown): Redis {
  const expected = 'a URL such as redis://host:6379, options of ioredis, or a client of ioredis'
  if (typeof connection === 'string') {
    if (!/^rediss?:\/\/[^\s/]+/.test(connection) || !URL.canParse(connection)) {
      throw new OptionError('connection', expected, withoutPassword(connection))
    }
    return new Redis(connection, { ...insisted, lazyConnect: true })
  }
  if (connection instanceof Redis || isClient(connection)) {
    refusePrefix(connection.options.keyPrefix)
    return connection.duplicate({ ...insisted, lazyConnect: true })
  }
  if (typeof connection !== 'object' || connection === null) throw new OptionError('connection', expected, connection)
  const options = connection as RedisOptions
  refusePrefix(options.keyPrefix)
  // Its types accept no options with another form of replies beside a URL.
  return new Redis({ ...options, ...insisted, lazyConnect: true } as RedisOptions & { replyMapping?: 'legacy' })
}

/** BullMQ's scripts name keys of their own, which ioredis would not prefix. */
function refusePrefix(keyPrefix: string | undefined): void {
  if (!keyPrefix) return
  throw new OptionError('connection.keyPrefix', 'absent: BullMQ names its keys itself; use `queue`', keyPrefix)
}

/** A client of another copy of ioredis. */
function isClient(value: unknown): value is Redis {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Redis>).duplicate === 'function'
}

/** Waits for what needs Redis, which may be away, but not for long. What fails is not done. */
export function isDoneSoon(promise: Promise<unknown>): Promise<boolean> {
  return within(soonMs, promise).then(
    () => true,
    () => false,
  )
}

async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs)
  // After the time is over nobody waits for it.
  promise.catch(() => {})
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

function unreachable(where: string, cause: unknown): StoreError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new StoreError(
    'connect',
    `${where}, which the queue needs, can't be reached (${why}). Check that it runs and that its address is right.`,
    { cause },
  )
}

/** An address as a message may show it: what stands before the last `@` may be a password. */
function withoutPassword(address: string): string {
  const [at, slashes] = [address.lastIndexOf('@'), address.indexOf('//')]
  return at === -1 ? address : `${slashes === -1 ? '' : address.slice(0, slashes + 2)}…${address.slice(at)}`
}
