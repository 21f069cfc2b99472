import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { listWorkers } from '@skein/bullmq'
import { Redis } from 'ioredis'
import { expect, it, describe, onTestFinished } from 'vitest'

import { guideRules } from '../../redis/test/guide-rule.ts'
import { missing } from '../../redis/test/redis-server.ts'
import type { TestServer } from '../../redis/test/redis-server.ts'
import { openCaller, openWorker, useServer } from './open-queue.ts'

const guide = readFileSync(join(import.meta.dirname, '../../../docs/guide/many-machines.md'), 'utf8')
const [, rule = ''] = /^```text\n(ACL SETUSER[^`]*)^```/m.exec(guide) ?? []

describe.skipIf(missing)('a user of Redis with the rules of the guide', () => {
  const held = useServer()

  it('may do all that callers and workers of its queue do, and nothing with another queue', async () => {
    const root = new Redis(held.server.url)
    onTestFinished(() => root.disconnect())
    for (const words of [guideRules().server, rule.trim().split(/\s+/)])
      await root.call(words[0] ?? '', ...words.slice(1))
    const server: TestServer = { ...held.server, url: `redis://flock:secret@127.0.0.1:${held.server.port}` }
    const limits = { crowd: { concurrency: 2 }, square: { rate: { max: 2, perMs: 100 } } }
    const { work } = await openCaller(server, 'default', { limits })
    const first = await openWorker(server, 'default')
    expect(await Promise.all([1, 2, 3, 4, 5].map((n) => work.square(n)))).toEqual([1, 4, 9, 16, 25])
    expect(await work.crowd(1)).toBe(1)
    expect(await work.failsOnce('ann')).toBe(2)
    const begun = Promise.withResolvers<unknown>()
    const stop = new AbortController()
    const cancelled = work.stuckOnce('cancelled', { onProgress: begun.resolve, signal: stop.signal })
    await begun.promise
    stop.abort(new Error('enough'))
    await expect(cancelled).rejects.toThrow('enough')
    const moving = Promise.withResolvers<unknown>()
    const moved = work.stuckOnce('moved', { onProgress: moving.resolve })
    await moving.promise
    await openWorker(server, 'default')
    await first.close()
    expect(await moved).toBe('moved')
    const { workers } = await listWorkers({ connection: server.url })
    expect(workers).toHaveLength(1)
    expect(await root.call('ACL', 'LOG')).toEqual([])
    await expect(openWorker(server, 'other')).rejects.toThrow(/permission/)
  })
})
