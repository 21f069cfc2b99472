import { redisStore } from '@skein/redis'
import { describe, expect, it } from 'vitest'

import { missing } from '../../redis/test/redis-server.ts'
import { openCaller, openWorker, useServer } from './open-queue.ts'

describe.skipIf(missing)('a worker that can not read what it is given', () => {
  const held = useServer()

  it('fails the job with a TaskLostError: its input is gone', async () => {
    const { work } = await openCaller(held.server, 'lost')
    const waiting = work.slowly({ name: 'x', ms: 1 })
    // It fails on purpose, and is looked at later.
    waiting.catch(() => {})
    await using store = await redisStore(held.server.url).open('lost', 'writer')
    const inputs = async () => (await store.query({ collection: 'objects', order: 'oldest', limit: 100 })).records
    await expect.poll(inputs, { timeout: 60_000 }).toHaveLength(1)
    const gone = (await inputs()).map(({ collection, id }) => {
      return { type: 'delete', key: { collection, id }, author: 'ann' } as const
    })
    expect(await store.write(gone)).toMatchObject({ ok: true })
    await openWorker(held.server, 'lost')
    await expect(waiting).rejects.toMatchObject({ code: 'SKEIN_TASK_LOST', activity: 'slowly' })
    await expect(waiting).rejects.toThrow('the same store, space and key ring as callers')
  })
})
