import { OptionError } from '@skein/memory'

import type { RedisClient } from './redis-client.ts'

/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS. */
  readonly url?: string

  /**
   * A client of your own in place of a URL: an ioredis client, or anything
   * with the same methods. It is not closed with the memory; a second
   * connection is made from it with `duplicate()`. Worker threads can't be
   * given a client: they then ask the thread that opened the memory.
   *
   * Give it `autoResendUnfulfilledCommands: false`, or a write may happen twice
   * when the link breaks.
   */
  readonly client?: RedisClient

  /**
   * What all keys begin with. The rest of a key names the space in braces, so
   * that all of a space lies on one node of a cluster.
   *
   * @defaultValue 'skein:'
   */
  readonly prefix?: string

  /**
   * Changes that the feed of a space keeps, about; older ones go.
   *
   * @defaultValue 100_000
   */
  readonly maxChanges?: number

  /**
   * How long a command may take, in milliseconds, before it counts as failed; a
   * write may have happened then (`SKEIN_OUTCOME_UNKNOWN`). At most 2^31 - 1, some
   * 24 days, as all times here.
   *
   * @defaultValue 5_000
   */
  readonly commandTimeoutMs?: number

  /**
   * How long connecting may take, in milliseconds.
   *
   * @defaultValue 5_000
   */
  readonly connectTimeoutMs?: number

  /**
   * How often the link that brings changes is tried, in milliseconds: one that
   * says nothing for as long counts as cut.
   *
   * @defaultValue 1_000
   */
  readonly pingMs?: number
}

/** Options with every default filled in. */
export type ResolvedRedisOptions = Required<Omit<RedisStoreOptions, 'url' | 'client'>> & {
  readonly url: string
  readonly client: RedisClient | undefined
}

const defaults = {
  prefix: 'skein:',
  maxChanges: 100_000,
  commandTimeoutMs: 5_000,
  connectTimeoutMs: 5_000,
  pingMs: 1_000,
} satisfies Omit<ResolvedRedisOptions, 'url' | 'client'>

/** The longest time that a timer of Node can wait, in milliseconds; one that is told to wait longer waits for 1 ms. */
const longestTimer = 2 ** 31 - 1

/** @throws OptionError, which shows no password. */
export function resolveRedisOptions(options: string | RedisStoreOptions): ResolvedRedisOptions {
  const given = typeof options === 'string' ? { url: options } : options
  const resolved = { ...defaults, url: '', client: undefined, ...given }
  if (resolved.client === undefined && !/^rediss?:\/\//.test(resolved.url)) {
    throw new OptionError('url', 'a URL that begins with redis:// or rediss://', shown(resolved.url))
  }
  if (!/^[^{}]{1,100}$/.test(resolved.prefix)) {
    throw new OptionError('prefix', '1 to 100 characters without braces', resolved.prefix)
  }
  const { maxChanges } = resolved
  if (!(Number.isSafeInteger(maxChanges) && maxChanges > 0)) {
    throw new OptionError('maxChanges', 'a whole number above 0', maxChanges)
  }
  for (const option of ['commandTimeoutMs', 'connectTimeoutMs', 'pingMs'] as const) {
    const ms = resolved[option]
    if (!(Number.isSafeInteger(ms) && ms > 0 && ms <= longestTimer)) {
      throw new OptionError(option, `a whole number from 1 to ${longestTimer}`, ms)
    }
  }
  return resolved
}

/** A URL as it may stand in a message. */
export function shown(url: string): string {
  return url.replace(/\/\/.*@/, '//…@')
}
