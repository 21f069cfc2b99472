import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { missing, startServer } from '../../redis/test/redis-server.ts'
import { generations, testFolder } from './mcp-client.ts'
import { connectProcess } from './mcp-process.ts'
import type { ProcessClient } from './mcp-process.ts'

const folder = testFolder()

interface Place {
  /** As the command names it. */
  readonly address: string
  readonly driver: StoreDriver
  stop?(): Promise<void>
}

describe('over SQLite', () => {
  itServesFour(async () => {
    const path = join(folder, 'four.db')
    return { address: path, driver: sqliteStore(path) }
  })
})

describe.skipIf(missing)(`over Redis${missing ? ` (${missing})` : ''}`, () => {
  itServesFour(async () => {
    const { url, stop } = await startServer()
    return { address: url, driver: redisStore(url), stop }
  })
})

/** Declares what four clients of two generations can rely on, each with a process of its own. */
function itServesFour(open: () => Promise<Place>): void {
  let place: Place
  let clients: readonly ProcessClient[]
  beforeAll(async () => {
    place = await open()
    const { address } = place
    clients = await Promise.all(
      [...generations, ...generations].map((generation, index) =>
        connectProcess(generation, ['--store', address, '--as', `client-${index}`]),
      ),
    )
  })
  afterAll(async () => {
    await Promise.allSettled(clients.map((client) => client[Symbol.asyncDispose]()))
    await place.stop?.()
  })

  const remembered = async (task: string): Promise<readonly unknown[]> => {
    await using memory = await openMemory({ store: place.driver })
    const { items } = await memory.as({ id: 'test', role: 'test' }).observations.list({ task, limit: 1_000 })
    return items.map(({ id }) => `observations/${id}`)
  }

  it('keep all that they remember, and every increment of a counter', async () => {
    const remember = clients.map((client, index) =>
      Promise.all(
        Array.from({ length: 100 }, async (_, count) => {
          return (await client.call('remember', { text: `note ${index}-${count}`, task: 'many' }))['id']
        }),
      ),
    )
    const counted = clients.map(async (client) => {
      for (let count = 0; count < 25; count += 1) await increment(client)
    })
    const ids = (await Promise.all(remember)).flat()
    await Promise.all(counted)
    expect(new Set(ids).size).toBe(400)
    expect(new Set(await remembered('many'))).toEqual(new Set(ids))
    expect(await clients[0]?.call('fact_get', { key: 'counter' })).toMatchObject({ value: 100 })
  })

  it('lose nothing that was acknowledged when one of them is killed in the middle', async () => {
    const [victim, ...others] = clients
    if (!victim) throw new Error('no clients')
    const acknowledged: unknown[] = []
    const remember = async (client: ProcessClient, count: number): Promise<void> => {
      const { id } = await client.call('remember', { text: `note ${count}`, task: 'killed' })
      acknowledged.push(id)
    }
    const killed = (async () => {
      for (let count = 0; ; count += 1) {
        const call = remember(victim, count)
        if (count === 20) process.kill(victim.pid, 'SIGKILL')
        await call
      }
    })()
    const ofOthers = others.map((client) => Promise.all(Array.from({ length: 100 }, (_, n) => remember(client, n))))
    await expect(killed).rejects.toThrow(/closed/i)
    await Promise.all(ofOthers)
    expect(acknowledged.length).toBeGreaterThanOrEqual(320)
    expect(await remembered('killed')).toEqual(expect.arrayContaining(acknowledged))
  })
}

/** Adds one to a fact, however many others do. */
async function increment(client: ProcessClient): Promise<void> {
  const { version, value = 0 } = await client.call('fact_get', { key: 'counter' })
  const { written } = await client.call('fact_set', { key: 'counter', value: Number(value) + 1, ifVersion: version })
  if (!written) await increment(client)
}
