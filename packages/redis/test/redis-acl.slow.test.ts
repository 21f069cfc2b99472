import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { Cluster, Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { guideRules } from './guide-rule.ts'
import { startCluster } from './redis-cluster.ts'
import { missing, startServer } from './redis-server.ts'

const ann = { id: 'ann', role: 'test' }
const { server: rule, cluster: clusterRule } = guideRules()
const apply = (admin: Redis, [command = '', ...words]: readonly string[]) => admin.call(command, ...words)

/** Lists records, newest first. */
const list = (memory: Memory) => memory.as(ann).observations.list({ limit: 1 })

describe.skipIf(missing)(`A user with the rule of the guide${missing ? ` (${missing})` : ''}`, () => {
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
    const store = redisStore({ client })
    for (const root of roots) await apply(root, clusterRule)
    await using memory = await openMemory({ store })
    await memory.as(ann).facts.set('k', 1)
    expect(await memory.as(ann).facts.read('k')).toMatchObject({ value: 1 })
    expect(await store.spaces?.()).toEqual(['default'])
    for (const root of roots) expect(await root.call('ACL', 'LOG')).toEqual([])
  })
})
