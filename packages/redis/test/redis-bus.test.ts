import { redisBus } from '@skein/redis'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { important, openFederation, settle } from './federation.ts'
import { missing } from './redis-server.ts'

describe.skipIf(missing)(`Federated memories over Redis${missing ? ` (${missing})` : ''}`, () => {
  it('share what is important enough, by themselves', async () => {
    const { node } = await openFederation()
    const [a, b] = [await node('a'), await node('b')]
    await a.facts.set('soft', 1, { importance: 0.3 })
    await a.facts.set('loud', 1, important)
    const ref = await a.objects.put('content', important)
    await a.observations.log({ value: 'Acme grows', derivedFrom: [ref], ...important })
    await expect.poll(async () => (await b.observations.search('acme')).length).toBe(1)
    expect([await b.facts.get('loud'), await b.facts.get('soft'), await b.objects.get(ref)]).toEqual([
      1,
      undefined,
      'content',
    ])
  })

  it('agree on a winner, show what lost, and forget that with the next write', async () => {
    const { node } = await openFederation()
    const nodes = [await node('a'), await node('b'), await node('c')] as const
    await Promise.all(nodes.map(({ facts, principal }) => facts.set('price', principal.id, important)))
    await settle(...nodes)
    const [first, ...others] = await Promise.all(
      nodes.map(async ({ facts }) => [await facts.get('price'), await facts.conflicts('price')]),
    )
    for (const other of others) expect(other).toEqual(first)
    expect(first?.[1]).toHaveLength(2)
    await nodes[2].facts.update('price', () => 'settled')
    await settle(...nodes)
    for (const { facts } of nodes) {
      expect([await facts.get('price'), await facts.conflicts('price')]).toEqual(['settled', []])
    }
    await nodes[0].facts.delete('price')
    await settle(...nodes)
    for (const { facts } of nodes) expect(await facts.get('price')).toBeUndefined()
  })

  it('catch up after they were away', async () => {
    const { node } = await openFederation()
    const a = await node('a')
    const early = await node('b')
    await early.memory.close()
    for (let n = 0; n < 250; n += 1) await a.facts.set(`k${n}`, n, important)
    await a.memory.exchange()
    const late = await node('b')
    await late.memory.exchange()
    expect(await late.facts.get('k249')).toBe(249)
    expect(late.memory.federation).toMatchObject({ received: 250, merged: 250, snapshots: 0 })
  })

  it('get a snapshot from one of the others when the stream no longer reaches back', async () => {
    const { node, server } = await openFederation()
    const bus = { maxMessages: 100 }
    const [a, b] = [await node('a', { bus }), await node('b', { bus })]
    const early = await node('c', { bus })
    await a.facts.set('old', 1, important)
    await settle(a, b, early)
    await early.memory.close()
    await b.facts.delete('old')
    for (let n = 0; n < 400; n += 1) {
      await a.facts.set(`k${n % 20}`, n, important)
      if (n % 10 === 0) await a.memory.exchange()
    }
    await settle(a, b)
    const redis = new Redis(server.url)
    onTestFinished(() => redis.disconnect())
    expect(await redis.xlen('{skein:default}:bus:stream')).toBeLessThan(300)

    const late = await node('c', { bus })
    await expect.poll(() => late.facts.get('k0'), { timeout: 60_000 }).toBe(380)
    await settle(a, b, late)
    for (let n = 0; n < 20; n += 1) expect(await late.facts.get(`k${n}`)).toBe(380 + n)
    expect(await late.facts.get('old')).toBeUndefined()
    expect(late.memory.federation?.snapshots).toBe(1)
  })

  it('leave nothing readable on the server of what is sealed', async () => {
    const { node, server } = await openFederation()
    const encryption = { keys: { k1: Buffer.alloc(32, 1).toString('base64') }, current: 'k1' }
    const [a, b] = [await node('a', { encryption }), await node('b', { encryption })]
    const secret = { sensitivity: 'confidential', ...important } as const
    await a.facts.set('k', 'hunter2', secret)
    await b.facts.set('k', 'hunter3', secret)
    const ref = await a.objects.put('hunter4 '.repeat(100), secret)
    await settle(a, b)
    expect(await b.objects.get(ref)).toBe('hunter4 '.repeat(100))
    expect(await a.facts.conflicts('k')).toHaveLength(1)
    const redis = new Redis(server.url)
    onTestFinished(() => redis.disconnect())
    const stream = await redis.xrange('{skein:default}:bus:stream', '-', '+')
    expect(stream.length).toBeGreaterThan(0)
    const text = JSON.stringify(stream)
    for (const word of ['hunter', Buffer.from('hunter4 h').toString('base64').slice(0, 11)])
      expect(text).not.toContain(word)
    expect(text).toContain('facts/k')
  })

  it('work alone while the server is gone, and go on when it is back', async () => {
    const { node, server } = await openFederation()
    const [a, b] = [await node('a'), await node('b')]
    await settle(a, b)
    await server.kill()
    await a.facts.set('k', 'alone', important)
    await b.facts.set('j', 'alone', important)
    await expect(a.memory.exchange()).rejects.toMatchObject({ code: 'SKEIN_STORE' })
    expect(a.memory.federation).toMatchObject({ isConnected: false, lastError: { code: 'SKEIN_STORE' } })
    const late = await node('c')
    expect(await late.facts.get('k')).toBeUndefined()
    await server.restart()
    for (const { facts } of [a, b, late]) {
      await expect
        .poll(() => Promise.all([facts.get('k'), facts.get('j')]), { timeout: 30_000 })
        .toEqual(['alone', 'alone'])
    }
    await expect.poll(() => a.memory.federation).toMatchObject({ isConnected: true, lastError: undefined })
  })

  it('say everything again when the server lost what it held', async () => {
    const { node, server } = await openFederation()
    const [a, b] = [await node('a'), await node('b')]
    await a.facts.set('k', 1, important)
    await settle(a, b)
    await b.memory.close()
    await a.facts.set('lost', 1, important)
    await a.memory.exchange()
    const redis = new Redis(server.url)
    onTestFinished(() => redis.disconnect())
    await redis.flushall()
    await a.facts.set('after', 1, important)
    await settle(a)
    const late = await node('b')
    await settle(late, a)
    expect(await Promise.all(['k', 'lost', 'after'].map((key) => late.facts.get(key)))).toEqual([1, 1, 1])
  })

  it('refuse options that make no sense', async () => {
    for (const options of ['http://x', { url: 'redis://x', maxMessages: 0 }, { url: 'redis://x', prefix: '{' }]) {
      expect(() => redisBus(options)).toThrow(expect.objectContaining({ code: 'SKEIN_OPTION' }) as Error)
    }
    const { server } = await openFederation()
    const client = new Redis(server.url, { maxRetriesPerRequest: 1 })
    onTestFinished(() => client.disconnect())
    await using link = await redisBus({ client }).open('s', 'n')
    await link.publish(['one', 'two'])
    const { messages, last, missed } = await link.read('', 1)
    expect([messages.map(({ text }) => text), missed]).toEqual([['one'], 'nothing'])
    const rest = await link.read(messages[0]?.position ?? '', 10)
    expect([rest.messages.map(({ text }) => text), rest.last]).toEqual([['two'], last])
    expect(await Promise.all([link.elect('x', 60_000), link.elect('x', 60_000)])).toEqual([true, false])
  })
})
