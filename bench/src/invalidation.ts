import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Store, StoreDriver } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'
import { Redis } from 'ioredis'

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import { MissingError } from './question.ts'
import { byHandBase } from './redis-by-hand.ts'
import type { Asking, Contender, Question } from './question.ts'
import { threadInvalidation } from './thread-invalidation.ts'

/** The floor for what the store promises: a write by hand that keeps the same, and the message about it. */
const byHand = 'Redis: message of a write by hand'

interface Side {
  readonly contender: Contender
  close(): Promise<void>
}

/**
 * How long after another process began to write a copy is refused here, against
 * a bare message between the same processes over the same server.
 */
export async function invalidation({ quick }: Asking): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  // Whoever shares a memory has written before, and runs compiled code.
  const warmUps = quick ? 0 : 2_000
  // A bare message is kept nowhere: so it is held against a server that keeps nothing on disk, as servers do
  // unless they are told to. What an append-only file adds is shown beside it.
  const server = await startServer('--appendonly', 'no')
  const logging = await startServer('--appendfsync', 'no')
  const file = join(folder, 'flock.db')
  const sides = [
    await threadInvalidation(),
    await raw('Redis: bare message', 'publish', server.url, 'raw', warmUps),
    await raw(byHand, 'by-hand', server.url, `${byHandBase}changes`, warmUps),
    await refused('Redis: copy invalidated', 'redis', server.url, redisStore(server.url), warmUps),
    await refused(
      'Redis with append-only file: copy invalidated',
      'redis',
      logging.url,
      redisStore(logging.url),
      warmUps,
    ),
    await refused('SQLite: copy invalidated, after the write', 'sqlite', file, sqliteStore(file), warmUps),
  ]
  return {
    name: 'invalidation',
    unit: 'latency from the start of a write to its effect in another process, or in another thread where named',
    times: quick ? 3 : 100,
    contenders: sides.map(({ contender }) => contender),
    ratios: [
      {
        of: 'Redis: copy invalidated',
        to: byHand,
        most: 1.15,
      },
      {
        of: 'Redis: copy invalidated',
        to: 'Redis: bare message',
        most: 1.5,
        limit:
          'The server publishes a change only when its script has ended, because a write may still be rejected until then. A message about the same promises kept by hand takes 1.85 × the bare one. All processes rest before each write and start with cold caches, in which seven commands of the server take 50 µs instead of 8.',
      },
    ],
    close: async () => {
      for (const side of sides) await side.close()
      await server.stop()
      await logging.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** A message that begins with a line that says the time, by a process of this kind. */
async function raw(name: string, kind: string, url: string, channel: string, warmUps: number): Promise<Side> {
  const child = await start(kind, url)
  const client = new Redis(url)
  await client.subscribe(channel)
  const seen = async (time: number): Promise<bigint> => {
    for (;;) {
      const [, message] = (await once(client, 'message')) as [string, string]
      const now = process.hrtime.bigint()
      if (message.split('\n', 1)[0] === `${time}`) return now
    }
  }
  return {
    contender: latency(name, child, (time) => seen(time), warmUps),
    close: async () => {
      await stop(child)
      client.disconnect()
    },
  }
}

async function refused(name: string, kind: string, place: string, store: StoreDriver, warmUps: number): Promise<Side> {
  const child = await start(kind, place)
  let heard = (): void => {}
  const memory = await openMemory({ store: tapped(store, () => heard()) })
  const { facts } = memory.as({ id: 'reader', role: 'bench' })
  const seen = async (): Promise<bigint> => {
    await facts.get('k')
    return new Promise((done) => {
      heard = () => {
        if (facts.peek('k') === undefined) done(process.hrtime.bigint())
      }
    })
  }
  await facts.set('k', -1)
  return {
    contender: latency(name, child, seen, warmUps),
    close: async () => {
      await stop(child)
      await memory.close()
    },
  }
}

/** Calls back whenever the memory has dealt with a hint. (Who looks all the time takes a processor away from the others.) */
function tapped(driver: StoreDriver, onHint: () => void): StoreDriver {
  return {
    spaces: () => driver.spaces(),
    open: async (space, role) => {
      const store = await driver.open(space, role)
      const watch: Store['watch'] = (listener, onLink) =>
        store.watch((change) => {
          listener(change)
          onHint()
        }, onLink)
      return new Proxy(store, {
        get: (target, key) => {
          if (key === 'watch') return watch
          const value: unknown = Reflect.get(target, key, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
}

/**
 * @param seen - Called before the change is asked for; resolves to when its effect was seen.
 * @param warmUps - Changes before the first that counts.
 */
function latency(
  name: string,
  child: ChildProcess,
  seen: (time: number) => Promise<bigint>,
  warmUps: number,
): Contender {
  let last = 0
  const one = async (): Promise<number> => {
    const time = (last += 1)
    const effect = seen(time)
    // Whoever watches has begun to.
    await new Promise((resolve) => setTimeout(resolve, 2))
    const answered = once(child, 'message') as Promise<[string]>
    child.send(time)
    const [at, [before]] = await Promise.all([effect, answered])
    return Math.max(0, Number(at - BigInt(before)))
  }
  return {
    name,
    tellsFigure: true,
    check: async () => {
      for (let time = 0; time < warmUps; time += 1) {
        const answered = once(child, 'message')
        child.send((last += 1))
        await answered
      }
      if (!((await one()) >= 0)) throw new Error('No time was told.')
    },
    run: async (times) => {
      const took: number[] = []
      for (let time = 0; time < times; time += 1) took.push(await one())
      return took.toSorted((a, b) => a - b)[Math.floor(times / 2)]
    },
  }
}

async function start(...args: string[]): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'invalidation-process.ts'), args)
  await once(child, 'message')
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.disconnect()
  await gone
}
