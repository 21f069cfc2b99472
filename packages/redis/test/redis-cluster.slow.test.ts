import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { Cluster } from 'ioredis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { startCluster } from './redis-cluster.ts'
import type { TestCluster } from './redis-cluster.ts'
import { missing } from './redis-server.ts'
import { startProxy } from './tcp-proxy.ts'

// A failover takes seconds, and nodes share the machine with other tests.
vi.setConfig({ testTimeout: 120_000 })

const ann = { id: 'ann', role: 'research' }
const bob = { id: 'bob', role: 'research' }
const commandTimeoutMs = 30_000

async function started(replicasEach = 0): Promise<TestCluster> {
  const cluster = await startCluster(replicasEach)
  onTestFinished(() => cluster.stop())
  return cluster
}

async function opened(cluster: TestCluster, space = 'acme'): Promise<Memory> {
  const memory = await openMemory({ store: redisStore({ client: cluster.client(), commandTimeoutMs }), space })
  onTestFinished(() => memory[Symbol.asyncDispose]())
  return memory
}

/** Writes one after the other until it is stopped; resolves to the numbers that were acknowledged. */
function writing(memory: Memory): { count(): number; stop(): Promise<number[]> } {
  const written: number[] = []
  let isStopped = false
  const done = (async () => {
    for (let number = 0; !isStopped; number += 1) {
      try {
        await memory.as(ann).facts.set(`n/${number}`, number)
        written.push(number)
      } catch (error) {
        // Not acknowledged: it may be there or not.
        expect(error).toMatchObject({ code: expect.stringMatching(/^SKEIN_(?:OUTCOME_UNKNOWN|STORE)$/) })
      }
    }
  })()
  return {
    count: () => written.length,
    stop: async () => {
      isStopped = true
      await done
      return written
    },
  }
}

describe.skipIf(missing)(`A memory on a cluster${missing ? ` (${missing})` : ''}`, () => {
  it('lists the spaces of all nodes, and verifies each', async () => {
    const cluster = await started()
    const names = Array.from({ length: 12 }, (_, index) => `space-${index}`)
    const homes = new Set<number>()
    for (const name of names) {
      const memory = await opened(cluster, name)
      await memory.as(ann).facts.set('k', name)
      homes.add((await cluster.masterOf(`{skein:${name}}:meta`)).port)
    }
    // Otherwise one node would know them all.
    expect(homes.size).toBe(3)
    for (const name of names) {
      const admin = (await opened(cluster, name)).as({ id: 'ada', role: 'operator', rights: ['administer'] })
      expect(await Array.fromAsync(admin.verify())).toEqual([])
    }
    expect(await redisStore({ client: cluster.client() }).spaces?.()).toEqual(names.toSorted())
  })

  it('loses nothing, and makes no second space, while its slot moves and agents write', async () => {
    const cluster = await started()
    const [writer, watcher] = [await opened(cluster), await opened(cluster)]
    const work = writing(writer)
    await vi.waitUntil(() => work.count() > 20, 30_000)
    const move = await cluster.beginMove('{skein:acme}:meta')
    const before = work.count()
    for (let moved = 1; moved > 0;) moved = await move.moveKeys(1)
    await move.end()
    await vi.waitUntil(() => work.count() > before + 20, 30_000)
    const written = await work.stop()
    for (const number of written) {
      const { value, version } = (await watcher.as(bob).facts.read(`n/${number}`, { consistency: 'strong' })) ?? {}
      expect({ value, version }).toEqual({ value: number, version: 1 })
    }
  })

  it('sends no write twice whose reply was lost with the connection, and says so', async () => {
    const cluster = await started()
    const natMap: Record<string, { host: string; port: number }> = {}
    const proxies = await Promise.all(
      cluster.masters.map(async ({ port }) => {
        const proxy = await startProxy({ host: '127.0.0.1', port })
        onTestFinished(() => proxy.close())
        natMap[`127.0.0.1:${port}`] = { host: '127.0.0.1', port: proxy.port }
        return proxy
      }),
    )
    const client = new Cluster(
      proxies.map(({ port }) => ({ host: '127.0.0.1', port })),
      { natMap },
    )
    client.on('error', () => {})
    onTestFinished(() => client.disconnect())
    const memory = await openMemory({ store: redisStore({ client, commandTimeoutMs }), space: 'acme' })
    onTestFinished(() => memory[Symbol.asyncDispose]())
    const other = await opened(cluster)
    await memory.as(ann).facts.set('warm', 1)

    for (const proxy of proxies) proxy.halfClose()
    const write = memory.as(ann).facts.set('k', 1)
    const outcome = write.then(
      () => 'acknowledged',
      (error: { code: string }) => error.code,
    )
    await vi.waitUntil(
      async () => (await other.as(bob).facts.read('k', { consistency: 'strong' })) !== undefined,
      30_000,
    )
    for (const proxy of proxies) proxy.cut()
    for (const proxy of proxies) proxy.heal()
    expect(await outcome).toBe('SKEIN_OUTCOME_UNKNOWN')
    // Later writes come after what is sent again.
    await memory.as(ann).facts.set('later', 1)
    expect(await other.as(bob).facts.read('k', { consistency: 'strong' })).toMatchObject({ version: 1 })
  })

  it.each([
    ['keyPrefix', { keyPrefix: 'app:' }],
    ['keyPrefix of its nodes', { redisOptions: { keyPrefix: 'app:' } }],
    ['scaleReads', { scaleReads: 'slave' as const }],
    ['stringNumbers', { redisOptions: { stringNumbers: true } }],
    ['enableAutoPipelining', { enableAutoPipelining: true }],
    ['lazyConnect', { lazyConnect: true }],
  ])('works like any other with a client with %s', async (_, options) => {
    const cluster = await started()
    const nodes = cluster.masters.map(({ port }) => ({ host: '127.0.0.1', port }))
    const client = new Cluster(nodes, options)
    client.on('error', () => {})
    onTestFinished(() => client.disconnect())
    const store = () => redisStore({ client, commandTimeoutMs })
    await using memory = await openMemory({ store: store() })
    await using other = await openMemory({ store: store() })
    for (let count = 1; count <= 3; count += 1) await memory.as(ann).facts.set('k', count)
    expect(await other.as(bob).facts.read('k')).toMatchObject({ value: 3, version: 3 })
    await memory.as(ann).observations.log({ task: 't', value: 'a heron', tags: ['bird'] })
    expect((await other.as(bob).observations.list({ tags: ['bird'] })).items).toHaveLength(1)
    expect(await store().spaces()).toEqual(['default'])
    await memory.as(ann).facts.set('k', 4)
    await expect.poll(() => other.as(bob).facts.get('k')).toBe(4)
  })

  it('opens while its nodes have only just come back, and are not ready yet', async () => {
    const cluster = await started()
    const first = await opened(cluster)
    first.on('dataLost', () => {})
    await first.as(ann).facts.set('k', 1)
    for (let round = 0; round < 6; round += 1) {
      const master = cluster.masters[round % 3]
      await master?.kill()
      await master?.restart()
      const memory = await opened(cluster)
      expect(await memory.as(ann).facts.read('k', { consistency: 'strong' })).toMatchObject({ value: 1 })
      await memory.close()
    }
  })

  it('outlasts the death of all nodes, and goes on when they are back', async () => {
    const cluster = await started()
    const [writer, watcher] = [await opened(cluster), await opened(cluster)]
    for (const memory of [writer, watcher]) memory.on('dataLost', () => {})
    await writer.as(ann).facts.set('k', 1)
    const cutOff = new Promise((resolve) => {
      watcher.on('disconnected', () => resolve(true))
    })
    await Promise.all(cluster.masters.map((master) => master.kill()))
    await cutOff
    // Long enough for connections to look for a master, and find none.
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    await Promise.all(cluster.masters.map((master) => master.restart()))
    await vi.waitUntil(
      () =>
        writer
          .as(ann)
          .facts.set('k', 2)
          .catch(() => undefined),
      60_000,
    )
    await vi.waitUntil(
      async () =>
        (await watcher
          .as(bob)
          .facts.get('k')
          .catch(() => undefined)) === 2,
      60_000,
    )
  })

  it('goes on after its master was killed and a replica took over, and its watchers too', async () => {
    const cluster = await started(1)
    const [writer, watcher] = [await opened(cluster), await opened(cluster)]
    const work = writing(writer)
    await vi.waitUntil(() => work.count() > 20, 30_000)
    const master = await cluster.masterOf('{skein:acme}:meta')
    await master.kill()
    const before = work.count()
    await vi.waitUntil(() => work.count() > before + 20, 60_000)
    await work.stop()
    const told = new Promise((resolve) => {
      watcher.as(bob).alerts.subscribe(({ insight }: { insight: unknown }) => resolve(insight))
    })
    await writer.as(ann).alerts.send({ to: ['bob'], insight: 'still here' })
    expect(await told).toBe('still here')
    await writer.as(ann).facts.set('after', 1)
    await vi.waitUntil(async () => (await watcher.as(bob).facts.get('after')) === 1, 30_000)
  })
})
