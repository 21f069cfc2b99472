import { expect, describe, it } from 'vitest'

import { missing } from '../../redis/test/redis-server.ts'
import { openCaller, openWorker, useServer } from './open-queue.ts'

describe.skipIf(missing)('a caller that knows its workers', () => {
  const held = useServer()

  it('has as many parts under way as they can run', async () => {
    const { server } = held
    await openWorker(server, 'wide', { threads: { threads: 1, ioPerThread: 100 } })
    const { flock, work } = await openCaller(server, 'wide')
    const stop = new AbortController()
    let started = 0
    // They end when all of them run.
    flock.on('activity.started', () => (started += 1) === 100 && stop.abort(new Error('all run')))
    const inputs = Array.from({ length: 100 }, (_, n) => ({ name: String(n), ms: 600_000 }))
    await expect(flock.map(inputs, work.slowly, { signal: stop.signal })).rejects.toThrow('all run')
    expect(started).toBe(100)
  }, 60_000)
})
