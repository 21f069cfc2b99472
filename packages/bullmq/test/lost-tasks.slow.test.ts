import type { Store, StoredRecord } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing } from '../../redis/test/redis-server.ts'
import { startProxy, subscribers } from '../../redis/test/tcp-proxy.ts'
import { openCaller, openWorker, useServer } from './open-queue.ts'

const hourMs = 3_600_000

describe.skipIf(missing)('a job whose order is gone', () => {
  const held = useServer()

  it('is given again by its caller, and done once', async () => {
    const { work, memory } = await openCaller(held.server, 'lost')
    const waiting = work.slowly({ name: 'x', ms: 1 })
    await using store = await redisStore(held.server.url).open('lost', 'writer')
    await loseOrder(store)
    await openWorker(held.server, 'lost')
    expect(await waiting).toBe('x')
    expect(await memory.as({ id: 'ann', role: 'reader' }).facts.get('begun/x')).toBe(1)
  })

  it('has its order back before any worker looks for that, so it keeps its place', async () => {
    const { work } = await openCaller(held.server, 'back')
    const waiting = work.slowly({ name: 'x', ms: 1 })
    await using store = await redisStore(held.server.url).open('back', 'writer')
    await loseOrder(store)
    await expect.poll(() => ordersOf(store), { timeout: 60_000 }).toHaveLength(1)
    await openWorker(held.server, 'back')
    expect(await waiting).toBe('x')
  })
})

describe.skipIf(missing)('a result that nobody waits for any longer', () => {
  const held = useServer()

  it('lasts while its caller may be cut off or asleep, and goes when that has given up', async () => {
    const proxy = await startProxy({ host: '127.0.0.1', port: held.server.port })
    onTestFinished(() => proxy.close())
    const { work } = await openCaller(held.server, 'given-up', { connection: proxy.url('redis') })
    await openWorker(held.server, 'given-up')
    await using store = await redisStore(held.server.url).open('given-up', 'writer')
    const results = async () => (await workOf(store)).filter(({ id }) => id.includes(' remote/'))
    const control = new AbortController()
    // So it does not hear at once that it is done.
    proxy.halfClose(subscribers)
    const given = work.crowd(1, { signal: control.signal })
    // It is awaited below, once it was aborted.
    given.catch(() => {})
    const done = async () => (await results()).find(({ value }) => value.includes('"state":"done"'))
    await expect.poll(done, { interval: 10 }).toBeDefined()
    const { expiresAt = Number.POSITIVE_INFINITY } = (await done()) ?? { expiresAt: 0 }
    expect(expiresAt - store.now()).toBeGreaterThan(hourMs)
    control.abort()
    await expect(given).rejects.toMatchObject({ name: 'AbortError' })
    await expect.poll(results, { timeout: 60_000 }).toEqual([])
  })
})

async function workOf(store: Store): Promise<readonly StoredRecord[]> {
  return (await store.query({ collection: 'work', order: 'oldest', limit: 100 })).records
}

async function ordersOf(store: Store): Promise<readonly StoredRecord[]> {
  return (await workOf(store)).filter(({ value }) => value.includes('"order"'))
}

/** Waits for the order, and removes it as the end of its lease does. */
async function loseOrder(store: Store): Promise<void> {
  await expect.poll(() => ordersOf(store), { timeout: 60_000 }).toHaveLength(1)
  const gone = (await ordersOf(store)).map(({ collection, id }) => {
    return { type: 'delete', key: { collection, id }, author: 'ann' } as const
  })
  expect(await store.write(gone)).toMatchObject({ ok: true })
}
