import { once } from 'node:events'

import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { adminOf, forgetful, serverWith } from './open-memories.ts'
import { missing } from './redis-server.ts'

vi.setConfig({ testTimeout: 60_000 })

const ann = { id: 'ann', role: 'r' } as const

describe.skipIf(missing)(
  `A Redis server that drops keys when its memory is full${missing ? ` (${missing})` : ''}`,
  () => {
    it.each(['allkeys-lru', 'allkeys-lfu', 'allkeys-random'])('is refused: %s', async (policy) => {
      for (const limit of ['0', '100mb']) {
        const server = await serverWith(...forgetful, '--maxmemory-policy', policy, '--maxmemory', limit)
        const refused = openMemory({ store: redisStore(server.url) })
        await expect(refused).rejects.toMatchObject({ code: 'SKEIN_STORE' })
        await expect(refused).rejects.toThrow(policy)
        await expect(refused).rejects.toThrow('noeviction')
        await expect(refused).rejects.toThrow('allowEviction')
        expect(await (await adminOf(server)).dbsize()).toBe(0)
      }
    })

    it.each(['noeviction', 'volatile-lru', 'volatile-random', 'volatile-ttl'])(
      'is accepted where that spares records: %s',
      async (policy) => {
        const server = await serverWith(...forgetful, '--maxmemory-policy', policy, '--maxmemory', '12mb')
        await using memory = await openMemory({ store: redisStore(server.url) })
        const { facts } = memory.as(ann)
        // All of these expire by the store's clock; none has a time to live of the server's.
        let count = 0
        const full = async (): Promise<void> => {
          for (;;) {
            await facts.set(`k${count}`, 'x'.repeat(50_000), { ttlMs: 600_000 })
            count += 1
          }
        }
        await expect(full()).rejects.toMatchObject({ code: 'SKEIN_STORE_FULL' })
        expect(count).toBeGreaterThan(50)
        for (let index = 0; index < count; index += 1) expect(await facts.read(`k${index}`)).toBeDefined()
        expect(await facts.get(`k${count}`)).toBeUndefined()
        const admin = await adminOf(server)
        expect(await admin.info('stats')).toContain('evicted_keys:0')
        const ttls = await Promise.all((await admin.keys('*')).map((key) => admin.ttl(key)))
        expect(new Set(ttls)).toEqual(new Set([-1]))
      },
    )

    it('can be accepted: then durable says that nothing is sure', async () => {
      const server = await serverWith('--maxmemory-policy', 'allkeys-lru')
      await using memory = await openMemory({ store: redisStore({ url: server.url, allowEviction: true }) })
      expect(memory.traits.durable).toBe('none')
      await memory.as(ann).facts.set('k', 1)
      expect(await memory.as(ann).facts.get('k')).toBe(1)
      expect(() => redisStore({ url: server.url, allowEviction: 'yes' as unknown as boolean })).toThrow('allowEviction')
    })

    it('can be accepted: what it dropped is noticed, and writing goes on', async () => {
      const server = await serverWith(...forgetful, '--maxmemory-policy', 'allkeys-random', '--maxmemory', '6mb')
      await using memory = await openMemory({ store: redisStore({ url: server.url, allowEviction: true }) })
      const view = memory.as({ ...ann, rights: ['administer'] })
      const admin = await adminOf(server)
      let position = 0
      for (let count = 0; count < 600; count += 1) {
        await view.facts.set(`k${count}`, 'x'.repeat(20_000), { tags: [`tag${count % 30}`] })
        const last = await view.feed.last()
        expect(last).toBeGreaterThan(position)
        position = last
      }
      expect(Number(/evicted_keys:(\d+)/.exec(await admin.info('stats'))?.[1])).toBeGreaterThan(0)
      await admin.config('SET', 'maxmemory', '0')
      const before = await view.facts.get('k')
      expect(before).toBeUndefined()
      await view.facts.set('k', 'after')
      expect(await view.facts.get('k')).toBe('after')
    })

    it('is told of once when it begins to do so while a memory is open', async () => {
      const server = await serverWith(...forgetful)
      await using memory = await openMemory({ store: redisStore(server.url) })
      const told: string[] = []
      const note = ({ message }: Error): void => void (message.includes('allkeys-lru') && told.push(message))
      process.on('warning', note)
      onTestFinished(() => void process.off('warning', note))
      const admin = await adminOf(server)
      await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
      const warned = once(process, 'warning')
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal')
      await warned
      for (let time = 0; time < 3; time += 1) {
        const back = new Promise<void>((resolve) => memory.on('reconnected', () => resolve()))
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal').catch(() => {})
        await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
        await back
      }
      expect(told).toHaveLength(1)
    })
  },
)
