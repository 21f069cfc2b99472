import { StoreFormatError } from '@skein/memory'
import { isBundled } from '@skein/memory/runtime'
import type { Store, StoreDriver, StoreRole } from '@skein/memory/store'

import { ClientLink } from './connection/client-link.ts'
import { databaseOf } from './connection/database-of.ts'
import { evictionError, EvictionWatch } from './connection/eviction.ts'
import { connect, makeClient, subscriberOptions, withClient } from './connection/make-client.ts'
import { makeSubscriber } from './connection/make-subscriber.ts'
import { wrapError } from './connection/redis-errors.ts'
import { nameOfServer, resolveRedisOptions } from './connection/redis-options.ts'
import type { RedisStoreOptions, ResolvedRedisOptions } from './connection/redis-options.ts'
import { Replication } from './connection/replication.ts'
import { ServerClock } from './connection/server-clock.ts'
import { readServerFacts } from './connection/server-facts.ts'
import { timeOf } from './connection/server-time.ts'
import { ScriptRunner } from './lua/script-runner.ts'
import { ChangeSubscription } from './space/change-subscription.ts'
import { listSpaces } from './space/list-spaces.ts'
import { RedisSpace } from './space/redis-space.ts'
import { requireReadableSpace } from './space/space-format.ts'
import { spaceBase } from './space/space-keys.ts'
import { SpaceSession } from './space/space-session.ts'
import type { SpaceState } from './space/space-session.ts'

/**
 * Keeps records on a Redis or Valkey server that many machines share.
 *
 * @param options - A URL, or all options.
 * @throws OptionError when an option is out of range. Opening the memory
 * throws StoreError when the server can't be reached, refuses, or may drop
 * records when its memory is full, and StoreFormatError when the server is too old or the space of a newer format.
 *
 * @example
 * ```ts no-run
 * import { openMemory } from '@skein/memory'
 * import { redisStore } from '@skein/redis'
 *
 * const memory = await openMemory({ store: redisStore('redis://localhost:6379') })
 * await memory.close()
 * ```
 */
export function redisStore(options: string | RedisStoreOptions): StoreDriver {
  const resolved = resolveRedisOptions(options)
  const { client: _own, ...plain } = resolved
  return {
    // A client can't be sent to another thread, and of a store that is bundled with the app the module is the app.
    descriptor:
      resolved.client || isBundled(import.meta.url, 'redis-store')
        ? undefined
        : { module: import.meta.url, name: 'redisStore', options: plain },
    open: (space, role) => openSpace(resolved, space, role),
    spaces: async () => {
      try {
        return await withClient(resolved, (client) => listSpaces(client, resolved))
      } catch (error) {
        throw wrapError('open', nameOfServer(resolved), error)
      }
    },
  }
}

async function openSpace(options: ResolvedRedisOptions, space: string, role: StoreRole): Promise<Store> {
  const { pingMs, maxChanges, replicas, allowEviction } = options
  const where = nameOfServer(options)
  const client = makeClient(options)
  let clock: ServerClock | undefined
  let subscription: ChangeSubscription | undefined
  let stopFollowing = (): void => {}
  const close = (): void => {
    stopFollowing()
    clock?.stop()
    subscription?.close()
    client.disconnect()
  }
  try {
    await connect(client, options)
    const base = spaceBase(options, space)
    const scripts = new ScriptRunner(client)
    // The server is asked for all of this at once, while the second connection is made.
    const asked = Promise.all([
      readServerFacts(client, where),
      requireReadableSpace(client, base, where),
      databaseOf(client),
    ])
    clock = new ServerClock(() => timeOf(client, base), pingMs)
    const timed = clock.start()
    // What fails is told of below, one after the other.
    for (const each of [asked, timed]) each.catch(() => {})
    const opened = Promise.withResolvers<void>()
    if (role === 'writer') {
      const second = await makeSubscriber(client, `${base}meta`, subscriberOptions(options))
      subscription = new ChangeSubscription(second, `${base}changes`, pingMs)
    }
    const subscribed = subscription?.start(opened.promise)
    // Awaited below, unless something else fails first.
    subscribed?.catch(() => {})
    const [facts, , database] = await asked
    // Whoever only reads loses nothing by it, and may be looking for what is missing.
    if (facts.evictionPolicy !== undefined && role === 'writer' && !allowEviction) {
      throw evictionError(where, facts.evictionPolicy)
    }
    const eviction = new EvictionWatch(client, where, allowEviction || role === 'reader')
    const onIncarnation = ({ channel }: SpaceState): void => void subscription?.follow(channel)
    const session = new SpaceSession({ scripts, base, database, where, onIncarnation })
    if (subscription) {
      await session.reopen().catch((error: unknown) => {
        // Where nothing can be written, reading still can: the first write will say why.
        if (error instanceof StoreFormatError) throw error
      })
      opened.resolve()
      await subscribed
      subscription.watch(({ seq }) => session.announced(seq))
      // The connection may lead to a server that was restarted, or to another one.
      stopFollowing = ClientLink.of(client).onReady(() => {
        session.reopen().catch(() => {})
        void eviction.check()
      })
    }
    await timed
    const replication = new Replication(client, replicas, options.commandTimeoutMs)
    return new RedisSpace({
      client,
      scripts,
      session,
      base,
      where,
      facts,
      eviction,
      clock,
      subscription,
      maxChanges,
      replication,
      close,
    })
  } catch (error) {
    close()
    throw wrapError('open', where, error)
  }
}
