import { OptionError } from '@skein/memory'
import { requireDuration, requireInteger, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { requireClient } from './given-client.ts'
import type { RedisClient } from './redis-client.ts'
import { parseRedisUrl, withoutPassword } from './redis-url.ts'

/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS. */
  readonly url?: string

  /**
   * A client of your own instead of a URL: an ioredis client for one server, Sentinel
   * or a cluster, or anything with the same methods. The memory makes connections of
   * its own like it, with `duplicate()`, and neither uses nor closes the client itself.
   * Addresses, credentials, TLS and `keyPrefix` are those of the client; options that
   * change replies or resend commands have no effect here. A client can't be sent to
   * worker threads: they go through the thread that opened the memory.
   */
  readonly client?: RedisClient

  /**
   * Prefix of all keys. It stands with the name of the space in braces, so that
   * all keys of a space are on one node of a cluster.
   *
   * @defaultValue 'skein:'
   */
  readonly prefix?: string

  /**
   * How many changes the feed of a space keeps, approximately.
   *
   * @defaultValue 100_000
   */
  readonly maxChanges?: number

  /**
   * Timeout of a command, in milliseconds. A write that times out may have
   * happened (`SKEIN_OUTCOME_UNKNOWN`). At most 2^31 - 1, some 24 days, like all
   * durations here.
   *
   * @defaultValue 5_000
   */
  readonly commandTimeoutMs?: number

  /**
   * Timeout of connecting, in milliseconds.
   *
   * @defaultValue 5_000
   */
  readonly connectTimeoutMs?: number

  /**
   * Interval of pings on the connection that receives changes, in milliseconds.
   * If a ping stays unanswered for as long, the connection counts as lost.
   *
   * @defaultValue 1_000
   */
  readonly pingMs?: number

  /**
   * How many replicas must have a write before it is acknowledged, so that a failover
   * loses none. A write that fewer have by the end of the timeout rejects with
   * `SKEIN_OUTCOME_UNKNOWN`: it is on the server. Not for a cluster.
   *
   * @defaultValue 0
   */
  readonly replicas?: number

  /**
   * Accepts a server that drops any key when its memory is full (`maxmemory-policy
   * allkeys-*`), as a cache may. Acknowledged writes then vanish, `traits.durable` is
   * `'none'`, and a claim can be handed out twice. Without it, the store refuses this server.
   *
   * @defaultValue false
   */
  readonly allowEviction?: boolean
}

/** Options with every default filled in. */
export type ResolvedRedisOptions = Required<Omit<RedisStoreOptions, 'url' | 'client'>> & {
  readonly url: string
  readonly client: RedisClient | undefined
}

const kinds: OptionKinds<RedisStoreOptions> = {
  url: 'any',
  client: 'any',
  prefix: 'any',
  maxChanges: 'any',
  commandTimeoutMs: 'any',
  connectTimeoutMs: 'any',
  pingMs: 'any',
  replicas: 'any',
  allowEviction: 'any',
}

const defaults = {
  prefix: 'skein:',
  maxChanges: 100_000,
  commandTimeoutMs: 5_000,
  connectTimeoutMs: 5_000,
  pingMs: 1_000,
  replicas: 0,
  allowEviction: false,
} satisfies Omit<ResolvedRedisOptions, 'url' | 'client'>

/** Fills in the defaults and checks the ranges. @throws OptionError, whose message shows no password. */
export function resolveRedisOptions(options: string | RedisStoreOptions, of = 'redisStore'): ResolvedRedisOptions {
  const given = typeof options === 'string' ? { url: options } : requireOptions(of, options, kinds)
  const resolved = { ...defaults, url: '', client: undefined, ...given }
  if (resolved.client === undefined) parseRedisUrl(resolved.url)
  else requireClient(resolved.client)
  if (typeof resolved.prefix !== 'string' || !/^[^{}]{1,100}$/.test(resolved.prefix)) {
    throw new OptionError('prefix', 'a string of 1 to 100 characters without braces', resolved.prefix)
  }
  requireInteger('maxChanges', resolved.maxChanges, 1)
  requireDuration('commandTimeoutMs', resolved.commandTimeoutMs)
  requireDuration('connectTimeoutMs', resolved.connectTimeoutMs)
  requireDuration('pingMs', resolved.pingMs)
  requireInteger('replicas', resolved.replicas, 0, 1_000)
  if (resolved.replicas > 0 && resolved.client?.isCluster === true) {
    throw new OptionError('replicas', '0 for a cluster', resolved.replicas)
  }
  if (typeof resolved.allowEviction !== 'boolean') {
    throw new OptionError('allowEviction', 'true or false', resolved.allowEviction)
  }
  return resolved
}

/** What messages call the server of these options. */
export function nameOfServer({ client, url }: ResolvedRedisOptions): string {
  return client ? 'Redis' : withoutPassword(url)
}
