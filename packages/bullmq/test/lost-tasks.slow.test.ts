import { redisStore } from '@skein/redis'
import { describe, expect, it } from 'vitest'

import { missing } from '../../redis/test/redis-server.ts'
import { openCaller, openWorker, useServer } from './open-queue.ts'

describe.skipIf(missing)('a job whose order is gone', () => {
  const held = useServer()

  it('is given again by its caller, and done once', async () => {
    const { work, memory } = await openCaller(held.server, 'lost')
    const waiting = work.slowly({ name: 'x', ms: 1 })
    await using store = await redisStore(held.server.url).open('lost', 'writer')
    const orders = async () =>
      (await store.query({ collection: 'work', order: 'oldest', limit: 100 })).records.filter(({ value }) =>
        value.includes('"order"'),
      )
    await expect.poll(orders, { timeout: 60_000 }).toHaveLength(1)
    const gone = (await orders()).map(({ collection, id }) => {
      return { type: 'delete', key: { collection, id }, author: 'ann' } as const
    })
    expect(await store.write(gone)).toMatchObject({ ok: true })
    await openWorker(held.server, 'lost')
    expect(await waiting).toBe('x')
    expect(await memory.as({ id: 'ann', role: 'reader' }).facts.get('begun/x')).toBe(1)
  })
})
