import { openMemory } from '@skein/memory'
import { redisBus, redisStore } from '@skein/redis'
import type { RedisClient } from '@skein/redis'
import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { connected, missing, startServer } from './redis-server.ts'

const asClient = (client: unknown): RedisClient => client as RedisClient

describe.skipIf(missing)(`A client that is given${missing ? ` (${missing})` : ''}`, () => {
  it.each<[string, RedisOptions]>([
    ['keyPrefix', { keyPrefix: 'app:' }],
    ['stringNumbers', { stringNumbers: true }],
    ['replyMapping', { replyMapping: 'resp3' } as RedisOptions],
    ['protocol 2', { protocol: 2 } as RedisOptions],
    ['enableAutoPipelining', { enableAutoPipelining: true }],
    ['autoResendUnfulfilledCommands', { autoResendUnfulfilledCommands: true }],
    ['enableOfflineQueue: false', { enableOfflineQueue: false }],
    ['lazyConnect', { lazyConnect: true }],
    ['no retryStrategy', { retryStrategy: () => null }],
    ['maxRetriesPerRequest: null', { maxRetriesPerRequest: null }],
    ['a database', { db: 3 }],
    ['readOnly', { readOnly: false }],
    ['commandTimeout', { commandTimeout: 5 }],
  ])('with %s works like any other', async (_, options) => {
    const server = await startServer('--appendonly', 'no')
    onTestFinished(() => server.stop())
    const client = connected(server.url, options)
    client.on('error', () => {})
    onTestFinished(() => client.disconnect())
    const store = () => redisStore({ client: asClient(client) })
    await using memory = await openMemory({ store: store() })
    await using other = await openMemory({ store: store() })
    const [ann, bob] = [memory.as({ id: 'ann', role: 'test' }), other.as({ id: 'bob', role: 'test' })]

    for (let count = 1; count <= 3; count += 1) await ann.facts.set('k', count)
    expect(await bob.facts.read('k')).toMatchObject({ value: 3, version: 3 })
    await ann.observations.log({ task: 't', value: 'a heron', tags: ['bird'] })
    await ann.observations.log({ task: 't', value: 'a stork', tags: ['bird'] })
    const listed = await bob.observations.list({ tags: ['bird'] })
    expect(listed.items.map(({ value }) => value)).toEqual(['a stork', 'a heron'])
    expect(await bob.observations.search('heron')).toHaveLength(1)
    const ref = await ann.objects.put(new Uint8Array([1, 2, 3]))
    expect(await bob.objects.bytes(ref)).toEqual(new Uint8Array([1, 2, 3]))
    expect(await store().spaces()).toEqual(['default'])

    // Changes reach the other one, also after the connections were lost.
    await bob.facts.get('k')
    const admin = connected(server.url, { db: options.db ?? 0 })
    onTestFinished(() => admin.disconnect())
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await expect.poll(() => ann.facts.set('k', 4).catch(() => undefined)).toMatchObject({ value: 4 })
    await expect.poll(() => bob.facts.get('k').catch(() => undefined)).toBe(4)
    const keys = await admin.keys('*')
    const prefix = `${options.keyPrefix ?? ''}{skein:default}:`
    expect(keys.filter((key) => !key.startsWith(prefix))).toEqual([])
  })

  it('is neither used nor closed, and may be used for anything else', async () => {
    const server = await startServer('--appendonly', 'no')
    onTestFinished(() => server.stop())
    const client = new Redis(server.url)
    onTestFinished(() => client.disconnect())
    await client.subscribe('something')
    await using memory = await openMemory({ store: redisStore({ client: asClient(client) }) })
    await memory.as({ id: 'ann', role: 'test' }).facts.set('k', 1)
    await memory.close()
    expect(client.status).toBe('ready')
  })

  it.each([
    ['keyPrefix with braces', new Redis({ lazyConnect: true, keyPrefix: '{app}:' }), 'client.keyPrefix'],
    ['missing methods', { get: () => {}, sendCommand: () => {} }, 'client'],
    ['nothing', null, 'client'],
  ])('is refused with %s', (_, client, option) => {
    const refused = expect.objectContaining({ code: 'SKEIN_OPTION', option })
    expect(() => redisStore({ client: asClient(client) })).toThrow(refused)
    expect(() => redisBus({ client: asClient(client) })).toThrow(refused)
  })
})
