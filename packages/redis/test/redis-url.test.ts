import { migrateSpaces, redisBus, redisStore } from '@skein/redis'
import { openMemory } from '@skein/memory'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { parseRedisUrl } from '../src/connection/redis-url.ts'
import { missing, startServer } from './redis-server.ts'

const refusal = expect.objectContaining({ code: 'SKEIN_OPTION', option: 'url' })

describe('The URL of a server', () => {
  it.each([
    ['redis://h', { host: 'h', port: 6379, db: 0 }],
    ['redis://h/', { host: 'h', port: 6379, db: 0 }],
    ['redis://h:7000/15', { host: 'h', port: 7000, db: 15 }],
    ['rediss://h', { host: 'h', port: 6379, db: 0, tls: {} }],
    ['redis://:secret@h', { host: 'h', port: 6379, db: 0, password: 'secret' }],
    ['redis://ann:p%40ss%2F@h/1', { host: 'h', port: 6379, db: 1, username: 'ann', password: 'p@ss/' }],
    ['redis://[::1]:7000', { host: '::1', port: 7000, db: 0 }],
    ['redis://10.0.0.1', { host: '10.0.0.1', port: 6379, db: 0 }],
    ['redis://my_redis-1.local?family=6', { host: 'my_redis-1.local', port: 6379, db: 0, family: 6 }],
  ])('%s is understood', (url, expected) => {
    expect(parseRedisUrl(url)).toEqual(expected)
  })

  it.each([
    'localhost:6379',
    'http://localhost',
    '',
    'redis://',
    'redis:///2',
    'redis://:secret@',
    'redis://h/abc',
    'redis://h/-1',
    'redis://h/1.5',
    'redis://h/1/2',
    'redis://h//1',
    'redis://h/0x1',
    'redis://h/%31',
    'redis://h/99999999999',
    'redis://h:99999',
    'redis://h:0',
    'redis://h:abc',
    'redis://h:-1',
    'redis://ann:%@h',
    'redis://%zz:x@h',
    'redis://ann@h',
    'redis://h?db=3',
    'redis://h/1?family=5',
    'redis://h?family=4&family=6',
    'redis://h#1',
    ' redis://h',
    'redis://h ',
    'redis://h/1\n',
    'redis://ho st',
    'redis://ho%20st',
    'redis+sentinel://h',
    'unix:///tmp/redis.sock',
    '/tmp/redis.sock',
    undefined,
    6379,
  ])('%j is refused before anything is sent, without its password', (url) => {
    const options = { url } as { url: string }
    expect(() => redisStore(options)).toThrow(refusal)
    expect(() => redisStore(options)).not.toThrow(/secret/)
    expect(() => redisBus(options)).toThrow(refusal)
  })
})

describe.skipIf(missing)(`A database${missing ? ` (${missing})` : ''}`, () => {
  it('that the server lacks is refused, and nothing is written to another one', async () => {
    const server = await startServer('--databases', '4')
    onTestFinished(() => server.stop())
    const url = `${server.url}/4`
    await expect(openMemory({ store: redisStore(url) })).rejects.toThrow(refusal)
    await expect(redisStore(url).spaces()).rejects.toThrow(refusal)
    await expect(migrateSpaces(url)).rejects.toThrow(refusal)
    await expect(redisBus(url).open('default', 'node')).rejects.toThrow(refusal)
    const admin = new Redis(server.url)
    onTestFinished(() => admin.disconnect())
    expect(await admin.keys('*')).toEqual([])
  })

  it('that the server lacks after a restart is not replaced by another one', async () => {
    const server = await startServer('--databases', '4', '--appendonly', 'no')
    onTestFinished(() => server.stop())
    const memory = await openMemory({ store: redisStore({ url: `${server.url}/3`, commandTimeoutMs: 1_000 }) })
    onTestFinished(() => memory.close())
    memory.on('disconnected', () => {})
    const { facts } = memory.as({ id: 'ann', role: 'test' })
    await facts.set('k', 1)
    await server.kill()
    // Some of these are queued, and sent as soon as there is a connection.
    const writes = Promise.allSettled([1, 2, 3].map((value) => facts.set('k', value)))
    await server.restart('--databases', '2', '--appendonly', 'no')
    expect((await writes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    const admin = new Redis(server.url)
    onTestFinished(() => admin.disconnect())
    expect(await admin.keys('*')).toEqual([])
  })

  it('has channels of its own: hints of one never reach another', async () => {
    const server = await startServer()
    onTestFinished(() => server.stop())
    const admin = new Redis(server.url)
    onTestFinished(() => admin.disconnect())
    const memories = await Promise.all(
      [0, 1].map((database) => openMemory({ store: redisStore(`${server.url}/${database}`) })),
    )
    onTestFinished(async () => {
      for (const memory of memories) await memory.close()
    })
    const channels = (await admin.pubsub('CHANNELS')) as string[]
    expect(channels).toHaveLength(2)
    const [zero, one] = memories.map((memory) => memory.as({ id: 'ann', role: 'test' }).facts)
    for (let value = 1; value <= 50; value += 1) {
      await Promise.all([zero?.set('k', `zero ${value}`), one?.set('k', `one ${value}`), one?.set(`${value}`, 1)])
      expect([await zero?.get('k'), await one?.get('k')]).toEqual([`zero ${value}`, `one ${value}`])
    }
  })
})
