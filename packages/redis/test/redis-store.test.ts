/** The contract for a user with the rule of the guide, who is denied nothing and granted nothing that isn't needed. */

import { openMemory } from '@skein/memory'
import { storeContractParts } from '@skein/memory/testing'
import { migrateSpaces, redisBus, redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'

import { describeRedisStore } from './describe-redis-store.ts'
import { guideRules } from './guide-rule.ts'

const ann = { id: 'ann', role: 'test' }
const elsewhere = new Set<string>(['large values', 'data loss'])
const { server: rule } = guideRules()
const granted = rule.filter((word) => word.startsWith('+')).map((word) => word.slice(1))

describeRedisStore(
  storeContractParts.filter((part) => !elsewhere.has(part)),
  async ({ url, port }) => {
    const admin = new Redis(url)
    const [command = '', ...words] = rule
    await admin.call(command, ...words)
    admin.disconnect()
    return `redis://flock:secret@127.0.0.1:${port}/1`
  },
  ({ server, url }) => {
    const connect = (): Redis => {
      const admin = new Redis(server.url)
      onTestFinished(() => admin.disconnect())
      return admin
    }

    it('denied the user nothing', async () => {
      expect(await connect().call('ACL', 'LOG')).toEqual([])
    })

    it('needs every permission of the rule', async () => {
      const admin = connect()
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
        const stats = await admin.info('commandstats')
        return new Set([...stats.matchAll(/^cmdstat_([^:]+):/gm)].map(([, name]) => name))
      }
      // A server that makes snapshots writes one anew after an erasure.
      await admin.config('SET', 'save', '3600 1000000')
      await using space = await redisStore(url).open('default', 'writer')
      await space.scrub()
      await admin.config('SET', 'save', '')
      // A space that was lost gets another channel.
      await admin.flushall()
      await write()
      await expect.poll(async () => (await used()).has('unsubscribe'), { timeout: 60_000 }).toBe(true)
      const commands = await used()
      expect(granted.filter((name) => !commands.has(name))).toEqual([])
      expect(await admin.call('ACL', 'LOG')).toEqual([])
    })
  },
)
