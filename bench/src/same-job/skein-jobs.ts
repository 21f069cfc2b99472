import { openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'

import type { Job, JobPeer } from './job-peer.ts'

const counter = 'counter'

/** Facts, updates and work done once. */
export const skeinFacts = (durability: Durability): JobPeer =>
  skein(durability, (view) => ({
    remember: (_, key, text) => view.facts.set(key, text),
    recall: (_, key) => view.facts.get<string>(key),
    increment: () => view.facts.update<number>(counter, (count = 0) => count + 1),
    total: () => total(view),
    steps: async (run, works) => {
      const found: number[] = []
      for (const [at, work] of works.entries()) found.push((await view.once(`step/${run}/${at}`, work)).value)
      return found
    },
  }))

/** Observations, which have no keys. */
export const skeinObservations = (durability: Durability): JobPeer =>
  skein(durability, (view) => ({
    remember: (task, _, value) => view.observations.log({ task, value }),
    recall: async (task) => (await view.observations.list({ task, limit: 10 })).items[0]?.value as string,
  }))

/** Facts that are read and then written, without a word about the version that was read. */
export const skeinUnversioned = (durability: Durability): JobPeer =>
  skein(durability, (view) => ({
    increment: async () => view.facts.set(counter, ((await view.facts.get<number>(counter)) ?? 0) + 1),
    total: () => total(view),
  }))

/** What a write on SQLite survives; on Redis the server decides. */
type Durability = 'full' | 'relaxed'

function skein(durability: Durability, work: (view: View) => Omit<Job, 'close'>): JobPeer {
  return {
    open: async (place) => {
      const isServer = place.startsWith('redis:')
      const store = isServer ? redisStore(place) : sqliteStore({ path: `${place}.db`, durability })
      const memory = await openMemory({ store })
      return { ...work(memory.as({ id: `p${process.pid}`, role: 'bench' })), close: () => memory.close() }
    },
  }
}

/** What the store has, and not what this process remembers of it. */
async function total(view: View): Promise<number> {
  return (await view.facts.read<number>(counter, { consistency: 'strong' }))?.value ?? 0
}
