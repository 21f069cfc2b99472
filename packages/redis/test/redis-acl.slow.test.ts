import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { describeStore, storeContractParts } from '@skein/memory/testing'
import { migrateSpaces, redisBus, redisStore } from '@skein/redis'
import { Cluster, Redis } from 'ioredis'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'

import { guideRules } from './guide-rule.ts'
import { startCluster } from './redis-cluster.ts'
import { missing, startServer } from './redis-server.ts'

const leftOut = new Set<string>(['large values', 'data loss'])
const ann = { id: 'ann', role: 'test' }
const { server: rule, cluster: clusterRule } = guideRules()
const apply = (admin: Redis, [command = '', ...words]: readonly string[]) => admin.call(command, ...words)
const granted = rule.filter((word) => word.startsWith('+')).map((word) => word.slice(1))

/** Lists records, newest first. */
const list = (memory: Memory) => memory.as(ann).observations.list({ limit: 1 })

describe.skipIf(missing)(`A user with the rule of the guide${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendfsync', 'no')
  const admin = server ? new Redis(server.url) : undefined
  afterAll(async () => {
    admin?.disconnect()
    await server?.stop()
  })
  if (admin) await apply(admin, rule)
  let made = 0
  let prefix = ''
  const url = `redis://flock:secret@127.0.0.1:${server?.port ?? 1}/1`
  const open = () => redisStore({ url, prefix })

  describeStore('redisStore', {
    create: () => {
      prefix = `skein:${(made += 1)}:`
      return open()
    },
    reopen: open,
    parts: storeContractParts.filter((part) => !leftOut.has(part)),
  })

  it('was denied nothing by the whole contract', async () => {
    expect(await admin?.call('ACL', 'LOG')).toEqual([])
  })

  it('has no permission that nothing needs', async () => {
    const store = redisStore({ url, prefix: 'skein:', commandTimeoutMs: 2_000, replicas: 1 })
    await using memory = await openMemory({ store })
    memory.on('dataLost', () => {})
    // There is no replica.
    const write = () =>
      memory
        .as(ann)
        .facts.set('k', 1)
        .catch(() => {})
    await write()
    await migrateSpaces(url)
    await using link = await redisBus(url).open('default', 'node')
    await link.elect('first', 1_000)
    await link.publish(['hello'])
    const used = async () => {
      const stats = String(await admin?.info('commandstats'))
      return new Set([...stats.matchAll(/^cmdstat_([^:]+):/gm)].map(([, name]) => name))
    }
    // A space that was lost gets another channel.
    await admin?.flushall()
    await write()
    await expect.poll(async () => (await used()).has('unsubscribe'), { timeout: 20_000 }).toBe(true)
    const commands = await used()
    expect(granted.filter((name) => !commands.has(name))).toEqual([])
    expect(await admin?.call('ACL', 'LOG')).toEqual([])
  })

  it.each(['+xadd', '+hset', '+evalsha', '+publish', '+zrevrangebyscore'])(
    'without %s is told which permission is missing',
    async (word) => {
      const name = word.slice(1)
      const lesser = await startServer('--appendonly', 'no')
      onTestFinished(() => lesser.stop())
      const root = new Redis(lesser.url)
      onTestFinished(() => root.disconnect())
      await apply(
        root,
        rule.filter((other) => other !== word),
      )
      const store = redisStore(`redis://flock:secret@127.0.0.1:${lesser.port}`)
      const failing = (async () => {
        await using memory = await openMemory({ store })
        await memory.as(ann).facts.set('k', 1)
        await list(memory)
      })()
      await expect(failing).rejects.toMatchObject({
        code: 'SKEIN_STORE',
        message: expect.stringContaining(`'${name}'`),
      })
    },
  )

  it('works on a cluster with the second rule', async () => {
    const cluster = await startCluster()
    onTestFinished(() => cluster.stop())
    const roots = cluster.masters.map((master) => new Redis(master.url))
    onTestFinished(() => roots.forEach((root) => root.disconnect()))
    for (const root of roots) await apply(root, rule)
    const nodes = cluster.masters.map(({ port }) => ({ host: '127.0.0.1', port }))
    const redisOptions = { username: 'flock', password: 'secret' }
    const client = new Cluster(nodes, { redisOptions, lazyConnect: true })
    onTestFinished(() => client.disconnect())
    const store = redisStore({ client, connectTimeoutMs: 2_000 })
    for (const root of roots) await apply(root, clusterRule)
    await using memory = await openMemory({ store })
    await memory.as(ann).facts.set('k', 1)
    expect(await memory.as(ann).facts.read('k')).toMatchObject({ value: 1 })
    expect(await store.spaces?.()).toEqual(['default'])
    for (const root of roots) expect(await root.call('ACL', 'LOG')).toEqual([])
  })
})
