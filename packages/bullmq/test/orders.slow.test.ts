import { ReadScope } from '@skein/memory/runtime'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'

import { missing } from '../../redis/test/redis-server.ts'
import { QueueNames } from '../src/queue/queue-names.ts'
import { openCaller, openWorker, useServer } from './open-queue.ts'

const ann = { id: 'ann', role: 'reader', rights: ['correct', 'erase'] } as const

describe.skipIf(missing)('an order', () => {
  const held = useServer()

  it('is carried out by workers of its version alone, whatever a queue says', async () => {
    const queue = 'alien'
    const { work, memory } = await openCaller(held.server, queue, { workerTimeoutMs: 60_000 })
    const waiting = work.square(7)
    // It ends with the test.
    waiting.catch(() => {})
    const url = new URL('./fixtures/other-activities.ts', import.meta.url)
    const other = await openWorker(held.server, queue, { activities: [url] })
    const names = new QueueNames(queue)
    using client = disposable(new Redis(held.server.url))
    const jobs = async (): Promise<readonly { readonly jobId: string; readonly data: string }[]> => {
      const found = await client.keys(`${names.prefix}:square.*`)
      // Other keys of a queue are no hashes.
      const data = await Promise.all(found.map((key) => client.hget(key, 'data').catch(() => null)))
      return found.flatMap((key, index) => {
        return data[index] ? [{ jobId: key.slice(key.lastIndexOf(':') + 1), data: data[index] }] : []
      })
    }
    await expect.poll(jobs).toHaveLength(1)
    const { jobId = '', data = '' } = (await jobs())[0] ?? {}
    const [identity] = other.entry().activities
    const wrong = new Queue(names.of(identity as never), { connection: { url: held.server.url }, prefix: names.prefix })
    await wrong.add('square', JSON.parse(data), { jobId })
    await expect.poll(async () => (await wrong.getJob(jobId)) === undefined, { timeout: 30_000 }).toBe(true)
    await wrong.close()
    await openWorker(held.server, queue)
    expect(await waiting).toBe(49)
    // The other version does not count.
    expect(await memory.as(ann).facts.get('ran/7')).toBe(1)
  })

  it('is derived from what its caller has read, and gives what must not be kept to its caller alone', async () => {
    const { work, memory } = await openCaller(held.server, 'unkept', { workerTimeoutMs: 60_000 })
    const view = memory.as(ann)
    const seen = await view.observations.log({ value: 3 })
    using scope = new ReadScope()
    await memory.as(ann, scope).observations.list()
    await view.observations.retract(seen.id, 'It was wrong.')
    const waiting = work.square(3, { scope, onRetract: 'recompute' })
    await openWorker(held.server, 'unkept')
    expect(await waiting).toBe(9)
    expect(await view.facts.get('ran/3')).toBe(1)
    expect(await work.square(3)).toBe(9)
    expect(await view.facts.get('ran/3')).toBe(2)
    expect(await work.square(3)).toBe(9)
    expect(await view.facts.get('ran/3')).toBe(2)
  })

  it('is not carried out for ever where no result of it may be kept', async () => {
    const { work, memory } = await openCaller(held.server, 'forgetful', { workerTimeoutMs: 60_000 })
    await openWorker(held.server, 'forgetful')
    const forgetting: Promise<unknown>[] = []
    const forget = (id: unknown): void => void forgetting.push(memory.as(ann).forget(id as string, { reason: 'asked' }))
    await expect(work.untilForgotten(null, { onProgress: forget })).rejects.toMatchObject({ code: 'SKEIN_WORKER_LOST' })
    await Promise.all(forgetting)
    expect(await memory.as(ann).facts.get('forgot')).toBe(6)
  })
})

function disposable(client: Redis): Redis & Disposable {
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() })
}
