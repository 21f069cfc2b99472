import { createFlock, extractiveModel } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { describe, expect, it, onTestFinished } from 'vitest'
import { threadExecutor } from '@skein/core/executor'

import { nextWarning, openFlock } from './open-flock.ts'

const quick = { threads: 1, graceMs: 20 }
const fixture = (name: string): URL => new URL(`./fixtures/${name}.ts`, import.meta.url)

/** The threads that this process starts from now on. */
function threadsStarted(): readonly unknown[] {
  const started: unknown[] = []
  const note = (thread: unknown): unknown => started.push(thread)
  process.on('worker', note)
  onTestFinished(() => void process.off('worker', note))
  return started
}

describe('an activity', () => {
  it('runs in a worker thread', async () => {
    const { report } = await openFlock()
    expect(await report.double(21)).toBe(42)
    expect(await report.whereAmI(null)).not.toBe(0)
  })

  it('has a thread that loads no pool of threads, though its module imports this package', async () => {
    const { report } = await openFlock()
    const files = await report.loadedFiles(null)
    expect(files.filter((file) => /xstate/.test(file))).not.toEqual([])
    expect(files.filter((file) => /piscina.dist.main/.test(file))).toEqual([])
  })

  it('has a thread, and no more, that starts as soon as its module is named', async () => {
    const memory = await openMemory({ store: mapStore() })
    const flock = await createFlock({ memory, threads: { threads: 2, minThreads: 2, graceMs: 20 } })
    const started = threadsStarted()
    flock.activities(fixture('activities'))
    await flock.close()
    expect(started).toHaveLength(1)
    expect(() => flock.activities(fixture('activities'))).not.toThrow()
    await memory.close()
  })

  it.each([
    ['compute', 'double'],
    ['io', 'nap'],
  ] as const)('runs in the thread that loaded its module, whatever its kind: %s', async (kind, name) => {
    const started = threadsStarted()
    const { flock, report } = await openFlock(mapStore(), { threads: 1 })
    await report[name](1)
    expect(started).toHaveLength(1)
    expect(Object.keys(flock.stats().workers.utilization ?? {})).toEqual([kind])
    await Promise.all([report.double(1), report.nap(1)])
    expect(started).toHaveLength(2)
  })

  it('of kind compute does not wait until other modules have loaded', async () => {
    const { flock, report } = await openFlock(mapStore(), quick)
    const never = flock.activities<typeof import('./fixtures/never.ts')>(fixture('never'))
    const stop = new AbortController()
    const waiting = expect(never.anything(null, { signal: stop.signal })).rejects.toThrow('enough')
    expect(await report.double(2)).toBe(4)
    stop.abort(new Error('enough'))
    await waiting
  })

  it('of kind io shares its thread with others', async () => {
    const { report } = await openFlock()
    const naps = Array.from({ length: 40 }, () => report.nap(5))
    expect(new Set(await Promise.all(naps)).size).toBeLessThanOrEqual(2)
  })

  it('of kind io that computes gets a second thread, as many as one could hold', async () => {
    const { report } = await openFlock(mapStore(), { threads: 2 })
    const seen = new Set<number>()
    const churn = async (): Promise<void> => {
      while (seen.size < 2) seen.add(await report.churn(null))
    }
    await Promise.all(Array.from({ length: 8 }, churn))
  })

  it('waits for a thread, and is counted meanwhile', async () => {
    const { flock, report } = await openFlock(mapStore(), { threads: 1 })
    const stop = new AbortController()
    const begun = Promise.withResolvers<unknown>()
    const options = { signal: stop.signal, onProgress: begun.resolve }
    const all = [1, 2, 3].map(() => report.untilAborted(null, options))
    await begun.promise
    expect(flock.queues()).toEqual({ messages: 0, activities: 2 })
    stop.abort(new Error('enough'))
    await Promise.allSettled(all)
    expect(flock.queues()).toEqual({ messages: 0, activities: 0 })
  })

  it('loses its thread when it ignores its signal', async () => {
    const { report } = await openFlock(mapStore(), { threads: 1, graceMs: 20 })
    const stop = new AbortController()
    const spinning = report.spin(null, { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) })
    await expect(spinning).rejects.toThrow('enough')
    expect(await report.double(2)).toBe(4)
  })

  it.each(['exit', 'eatMemory'] as const)('that ends its thread (%s) fails alone', async (name) => {
    const { report } = await openFlock(mapStore(), { threads: 2, maxHeapMb: 64 })
    const [lost, fine] = await Promise.allSettled([report[name](null), report.double(1)])
    expect(lost).toMatchObject({ status: 'rejected', reason: { code: 'SKEIN_THREAD_LOST', activity: name } })
    expect(fine).toMatchObject({ status: 'fulfilled', value: 2 })
    expect(await report.double(2)).toBe(4)
  })

  it.each([0, 1.5, 10_000])('rejects %d threads', async (threads) => {
    const memory = await openMemory({ store: mapStore() })
    await expect(createFlock({ memory, threads })).rejects.toMatchObject({ code: 'SKEIN_OPTION', option: 'threads' })
    await memory.close()
  })

  it.each(['throw', 'reject'] as const)('that leaves a %s behind causes a warning only', async (how) => {
    const { report } = await openFlock(mapStore(), quick)
    const warned = nextWarning()
    expect(await report.late(how)).toBe('done')
    expect((await warned).message).toContain('left behind')
    expect(await report.double(2)).toBe(4)
  })

  it('is not affected by a progress listener that throws', async () => {
    const { report } = await openFlock(mapStore(), quick)
    const warned = nextWarning()
    const onProgress = (): void => {
      throw new Error('bad progress')
    }
    expect(await report.count(3, { onProgress })).toBe('counted')
    expect((await warned).message).toBe('bad progress')
  })

  it('fails when there are more threads than a memory can have', async () => {
    const memory = await openMemory({ store: mapStore() })
    const channels = Array.from({ length: 63 }, () => new MessageChannel())
    for (const { port1 } of channels) memory.connect(port1 as never)
    const flock = await createFlock({ memory, executor: threadExecutor(memory, extractiveModel(), quick) })
    const report = flock.activities<typeof import('./fixtures/activities.ts')>(fixture('activities'))
    const warned = nextWarning()
    await expect(report.double(1)).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
    expect((await warned).message).toContain('threads')
    await flock.close()
    await memory.close()
  })

  it('that waits for a thread is withdrawn at once when it is aborted', async () => {
    const { flock, report } = await openFlock(mapStore(), { threads: 1, graceMs: 60_000 })
    const begun = Promise.withResolvers<void>()
    const blocker = new AbortController()
    const blocking = report.untilAborted(null, { signal: blocker.signal, onProgress: () => begun.resolve() })
    await begun.promise
    const stop = new AbortController()
    const waiting = report.double(1, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    blocker.abort()
    await blocking
    expect(flock.stats().activities).toBe(1)
  })
})

describe('activities that share a thread', () => {
  const neighbours = async (bad: 'exitLate' | 'spinLate'): Promise<void> => {
    const { flock, report } = await openFlock(undefined, { threads: 1, graceMs: 50 })
    const begun = Promise.withResolvers<void>()
    const stop = new AbortController()
    const onProgress = (): void => begun.resolve()
    const naps = [1, 2, 3].map((n) => report.napOnce(`nap ${n}`, { onProgress }))
    await begun.promise
    const guilty = report[bad](null, { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) })
    await expect(guilty).rejects.toThrow(bad === 'exitLate' ? 'exitLate' : 'enough')
    expect(await Promise.all(naps)).toEqual(['rested', 'rested', 'rested'])
    expect(await report.nap(1)).toBeGreaterThan(0)
    expect(flock.stats().activities).toBe(4)
  }

  it('run again when one of them ends their thread', () => neighbours('exitLate'))

  it('run again when one of them loses it by ignoring its signal', () => neighbours('spinLate'))
})

describe('a thread whose buffers take too much', () => {
  it('is terminated, and its activities fail with the reason', async () => {
    const { report } = await openFlock(undefined, { threads: 1, maxBufferMb: 200 })
    const greedy = report.eatBuffers(null)
    await expect(greedy).rejects.toMatchObject({ code: 'SKEIN_THREAD_LOST', activity: 'eatBuffers' })
    await expect(greedy).rejects.toThrow(/its buffers took \d+ MB, more than the 200 MB/)
    expect(await report.double(2)).toBe(4)
  })
})

describe('closing', () => {
  it('ends a task whose thread is still starting, also where the pool keeps no threads', async () => {
    const { flock, report } = await openFlock(mapStore(), { threads: 1, minThreads: 0, graceMs: 1 })
    const ended = expect(report.double(21)).rejects.toMatchObject({ code: 'SKEIN_FLOCK_CLOSED' })
    await flock.close()
    await ended
  })

  it('ends running activities and rejects waiting ones', async () => {
    const { flock, report } = await openFlock(mapStore(), quick)
    const begun = Promise.withResolvers<void>()
    const spinning = report.spin(null, { onProgress: () => begun.resolve() })
    const waiting = Array.from({ length: 10 }, () => report.double(1))
    const all = Promise.allSettled([spinning, ...waiting])
    await begun.promise
    await flock.close()
    for (const ended of await all)
      expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'SKEIN_FLOCK_CLOSED' } })
  })

  it('does not wait for a module that never loads; nor does an abort', async () => {
    const { flock } = await openFlock(mapStore(), quick)
    const never = flock.activities<typeof import('./fixtures/never.ts')>(fixture('never'))
    await expect(never.anything(null, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    await flock.close()
  })
})
