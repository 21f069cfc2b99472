import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing } from '../../redis/test/redis-server.ts'
import { QueueTaker } from '../src/jobs/queue-taker.ts'
import { useServer } from './open-queue.ts'

describe.skipIf(missing)('a lock on a job', () => {
  const held = useServer()

  it('lasts from when its renewal was asked for, however late the process reads the answer', async () => {
    const connection = new Redis(held.server.url, { maxRetriesPerRequest: null })
    const [begun, end] = [
      Promise.withResolvers<readonly [id: string, token: string]>(),
      Promise.withResolvers<number>(),
    ]
    const renewed: (readonly [ids: readonly string[], sentAt: number])[] = []
    const taker = new QueueTaker(
      'locks',
      ({ id = '' }, token = '') => {
        begun.resolve([id, token])
        return end.promise
      },
      (...args) => renewed.push(args),
      { connection },
    )
    const queue = new Queue('locks', { connection })
    onTestFinished(async () => {
      end.resolve(0)
      await taker.finish(() => true)
      await queue.close()
      connection.disconnect()
    })
    await queue.add('any', { a: 'any', k: 'any' })
    const [id, token] = await begun.promise
    const renewing = taker.extendJobLocks([id, 'other'], [token, token], 30_000)
    const askedBefore = performance.now()
    // As a suspended process: the answer comes meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
    expect(await renewing).toEqual(['other'])
    expect(renewed).toHaveLength(1)
    const [[ids, sentAt] = [[], Number.POSITIVE_INFINITY]] = renewed
    expect(ids).toEqual([id])
    expect(sentAt).toBeLessThanOrEqual(askedBefore)
  })
})
