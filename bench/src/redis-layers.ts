import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { redisStore } from '@skein/redis'

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import { MissingError } from './question.ts'
import type { Asking, Contender, Question } from './question.ts'
import { bare, expectCompany, keyOf, valueOf } from './redis-bare.ts'
import { keptOnRedis, redisByHand } from './redis-by-hand.ts'

/** Where the time of a lone write to Redis goes. */
export const redisLayers = (asking: Asking): Promise<Question> => layers(asking, 'redis-layers', 1)

/** Where the time of a write to Redis with 63 others goes. */
export const redisLayers64 = (asking: Asking): Promise<Question> => layers(asking, 'redis-layers-64', 64)

/** The same write with more and more of what the store keeps, by hand, and the store itself. */
async function layers({ quick }: Asking, name: string, together: number): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const server = await startServer('--appendonly', 'no')
  const client = bare(server.url, false)
  const memories: Memory[] = []
  const hand = (title: string, count: number): Contender => {
    const facts = redisByHand(client, `${count}:`, count)
    const write = (from: number): Promise<unknown> =>
      facts.write(
        Array.from({ length: together }, (_, at) => [keyOf(from + at), JSON.stringify(valueOf(from + at))] as const),
      )
    return contender(title, together, write, async (index) => JSON.parse((await facts.read(keyOf(index))) ?? 'null'))
  }
  const store = async (title: string, versions: number): Promise<Contender> => {
    const memory = await openMemory({
      store: redisStore({ url: server.url, prefix: `ours-${versions}:` }),
      history: { versions },
    })
    memories.push(memory)
    const { facts } = memory.as({ id: 'ann', role: 'bench' })
    const known = new Map<string, number>()
    const set = async (index: number): Promise<void> => {
      const key = keyOf(index)
      const { version } = await facts.set(key, valueOf(index), { ifVersion: known.get(key) ?? 0 })
      known.set(key, version)
    }
    const write = (from: number): Promise<unknown> =>
      Promise.all(Array.from({ length: together }, (_, at) => set(from + at)))
    return contender(title, together, write, async (index) => {
      return (await facts.read(keyOf(index), { consistency: 'strong' }))?.value
    })
  }
  const ours = [await store('ours, without history', 0), await store('ours', 20)]
  const all = `and ${keptOnRedis.at(-1)}`
  return {
    name,
    unit: `one write ${together === 1 ? 'alone' : `of ${together} at once`} on Redis: 240 bytes under one of 1,000 keys`,
    times: quick ? together * 2 : Math.max(500, together * 40),
    budgetMs: 20_000,
    contenders: [
      hand('by hand: a key and a value', 0),
      ...keptOnRedis.map((layer, index) => hand(`and ${layer}`, index + 1)),
      ...ours,
    ],
    ratios: [{ of: 'ours', to: all, most: together === 1 ? 1.5 : 1.6 }],
    close: async () => {
      for (const memory of memories) await memory.close()
      client.disconnect()
      await server.stop()
    },
  }
}

function contender(
  name: string,
  together: number,
  write: (from: number) => Promise<unknown>,
  read: (index: number) => Promise<unknown>,
): Contender {
  let index = 0
  return {
    name,
    check: async () => {
      await write(7)
      expectCompany(await read(7), 7)
    },
    run: async (times) => {
      for (let time = 0; time < times; time += together) await write((index += together))
      return index
    },
  }
}
