import { randomBytes } from 'node:crypto'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing, startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'

const encryption = { keys: { k1: randomBytes(32) }, current: 'k1' }
const boss = { id: 'boss', role: 'r', clearance: { level: 'confidential' }, rights: ['administer'] } as const
const secret = { sensitivity: 'confidential' } as const
const base = '{skein:default}:'

async function start(): Promise<{ server: TestServer; admin: Redis }> {
  const server = await startServer()
  const admin = new Redis(server.url)
  onTestFinished(async () => {
    admin.disconnect()
    await server.stop()
  })
  return { server, admin }
}

async function open({ url }: TestServer): Promise<Memory> {
  const memory = await openMemory({ store: redisStore(url), encryption, auditKeepMs: 0 })
  onTestFinished(() => memory.close())
  return memory
}

const corruptions = (memory: Memory): Promise<unknown[]> => Array.fromAsync(memory.as(boss).verify())

describe.skipIf(missing)(`The place of a sealed record${missing ? ` (${missing})` : ''}`, () => {
  it('is compared with all of the feed by whoever verifies, though the list was put back as well', async () => {
    const { server, admin } = await start()
    const memory = await open(server)
    await memory.reseal()
    await memory.as(boss).facts.set('pay', 'old', secret)
    const row = (await admin.hget(`${base}r:facts`, 'pay')) ?? ''
    const score = (await admin.zscore(`${base}i:facts:*`, 'pay')) ?? ''
    await memory.as(boss).facts.set('pay', 'new', secret)
    expect(await corruptions(memory)).toEqual([])
    await admin.hset(`${base}r:facts`, 'pay', row)
    await admin.zadd(`${base}i:facts:*`, score, 'pay')
    expect(await corruptions(memory)).toMatchObject([
      { kind: 'record', id: 'pay', problem: expect.stringMatching(/rolled back/) },
    ])
  })

  it('stays right when the positions jump because the server was killed', async () => {
    const { server } = await start()
    const memory = await open(server)
    await memory.reseal()
    await memory.as(boss).facts.set('before', 1, secret)
    const last = await memory.as(boss).feed.last()
    await server.kill()
    await server.restart()
    await expect
      .poll(() =>
        memory
          .as(boss)
          .facts.set('after', 2, secret)
          .catch(() => undefined),
      )
      .toBeDefined()
    const later = await open(server)
    expect(await later.as(boss).feed.last()).toBeGreaterThan(last + 1_000)
    expect(await later.as(boss).facts.get('before')).toBe(1)
    await later.as(boss).facts.set('before', 3, secret)
    await memory.close()
    const latest = await open(server)
    expect([await latest.as(boss).facts.get('before'), await latest.as(boss).facts.get('after')]).toEqual([3, 2])
    expect(await corruptions(latest)).toEqual([])
  })

  it('is not doubted where the list alone is gone', async () => {
    const { server, admin } = await start()
    const memory = await open(server)
    await memory.reseal()
    await memory.as(boss).facts.set('pay', 'present', secret)
    await admin.del(`${base}i:facts:*`)
    expect(await (await open(server)).as(boss).facts.get('pay')).toBe('present')
  })
})
