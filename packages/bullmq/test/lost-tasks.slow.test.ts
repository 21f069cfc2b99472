import { randomBytes } from 'node:crypto'

import { createWorker } from '@skein/bullmq'
import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing } from '../../redis/test/redis-server.ts'
import { module, openCaller, openWorker, useServer } from './open-queue.ts'

describe.skipIf(missing)('a worker that can not read what it is given', () => {
  const held = useServer()

  it('fails the job with a TaskLostError: its input is gone', async () => {
    const { work } = await openCaller(held.server, 'lost')
    const waiting = work.slowly({ name: 'x', ms: 1 })
    waiting.catch(() => {})
    await using store = await redisStore(held.server.url).open('lost', 'writer')
    const inputs = async () => (await store.query({ collection: 'objects', order: 'oldest', limit: 100 })).records
    await expect.poll(inputs, { timeout: 60_000 }).toHaveLength(1)
    const gone = (await inputs()).map(({ collection, id }) => ({ type: 'delete', key: { collection, id } }) as const)
    expect(await store.write(gone)).toMatchObject({ ok: true })
    await openWorker(held.server, 'lost')
    await expect(waiting).rejects.toMatchObject({ code: 'SKEIN_TASK_LOST', activity: 'slowly' })
    await expect(waiting).rejects.toThrow('the same store, space and key ring as callers')
  })

  it('is refused when it starts with other keys than its callers', async () => {
    const key = (): string => randomBytes(32).toString('base64')
    const sealed = async (secret: string) => {
      const memory = await openMemory({
        store: redisStore(held.server.url),
        space: 'sealed',
        encryption: { keys: [{ id: 'k1', secret }] },
      } as never)
      onTestFinished(() => memory.close())
      return memory
    }
    const open = async (secret: string) => {
      const memory = await sealed(secret)
      const worker = await createWorker({
        memory,
        connection: held.server.url,
        queue: 'sealed',
        activities: [module],
        threads: 1,
      })
      onTestFinished(() => worker.close())
    }
    const own = key()
    await open(own)
    await expect(open(key())).rejects.toMatchObject({ code: expect.stringMatching(/^SKEIN_/) })
  })
})
