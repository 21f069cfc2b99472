import type { FlockEvent, FlockOptions } from '@skein/core'
import type { ThreadExecutorOptions } from '@skein/core/executor'
import { virtualClock } from '@skein/core/testing'
import type { RunActivityOptions } from '@skein/core/types'
import { describe, expect, it } from 'vitest'

import { nextEvent, openFlock } from '../open-flock.ts'

// A busy machine takes its time to hear of an abort.
const one = { threads: 1, graceMs: 500 }
const fixture = (name: string): URL => new URL(`./fixtures/${name}.ts`, import.meta.url)

async function open(threads: ThreadExecutorOptions = one, options: Partial<FlockOptions> = {}) {
  const opened = await openFlock(undefined, threads, options)
  const waiting = opened.flock.activities<typeof import('./fixtures/waiting.ts')>(fixture('waiting'))
  /** Has the only thread until it is aborted. */
  const occupy = async (name = 'first', limits: RunActivityOptions = {}) => {
    const stop = new AbortController()
    const begun = Promise.withResolvers<unknown>()
    const done = waiting.untilAborted(name, { ...limits, signal: stop.signal, onProgress: begun.resolve })
    await Promise.race([begun.promise, done])
    return {
      leave: () => {
        stop.abort()
        return done
      },
    }
  }
  return { ...opened, waiting, occupy }
}

describe('the time-out of an activity', () => {
  it('does not count what it waits for a thread', async () => {
    const { waiting, flock } = await open()
    const naps = Array.from({ length: 8 }, () => waiting.quick(250))
    expect(await Promise.all(naps)).toEqual(Array(8).fill('rested'))
    const { result } = await flock.mapReduce({
      inputs: Array(6).fill(250),
      map: waiting.quick,
      reduce: async (notes) => notes.join(),
    })
    expect(result).toBe(Array(6).fill('rested').join())
  })

  it('does not count what its module takes to load, in any thread', async () => {
    const { flock } = await open({ threads: 2 })
    const { quick } = flock.activities<typeof import('./fixtures/slow-module.ts')>(fixture('slow-module'))
    expect(await Promise.all([quick(null), quick(null), quick(null)])).toEqual(['done', 'done', 'done'])
  })

  it('ends one that blocks its thread', async () => {
    const { waiting } = await open()
    await expect(waiting.work(60_000, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'SKEIN_ACTIVITY_TIMEOUT',
      timeoutMs: 50,
    })
    expect(await waiting.plain('next')).toBe('next')
  })

  it('counts anew where the activity begins anew', async () => {
    const clock = virtualClock()
    const { waiting, events, report, flock } = await open(one, { clock })
    const begun = nextEvent(flock, 'activity.progress')
    const first = waiting.untilAbortedIo('first', { timeoutMs: 1_000 })
    const { run } = await begun
    await clock.advance(900)
    const again = nextEvent(flock, 'activity.progress')
    // Takes the thread of both along. Each is tried again in a thread to itself, one after the other.
    const lost = expect(report.exitLate(null)).rejects.toMatchObject({ code: 'SKEIN_THREAD_LOST' })
    expect(await again).toMatchObject({ run })
    const isStart = (event: FlockEvent): boolean => event.type === 'activity.started' && event.run === run
    expect(events.filter(isStart).length).toBeGreaterThan(1)
    await clock.advance(900)
    expect(events.at(-1)?.type).not.toBe('activity.failed')
    const timedOut = expect(first).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_TIMEOUT' })
    await clock.advance(100)
    await timedOut
    await lost
  })
})

describe('activity.started', () => {
  it('comes when it runs, not when it waits, and says how long it waited', async () => {
    const clock = virtualClock()
    const { waiting, occupy, events, flock } = await open(one, { clock })
    const first = await occupy()
    const plain = waiting.plain('second')
    const titles: unknown[] = []
    flock.on('activity.started', (event) => titles.push(flock.activityTitle(event.run)))
    const started = nextEvent(flock, 'activity.started')
    await clock.advance(60)
    expect(events.filter(({ type }) => type === 'activity.started')).toHaveLength(1)
    await first.leave()
    expect(await plain).toBe('second')
    const { run, waitedMs, activity } = await started
    expect(activity).toBe('plain')
    expect(waitedMs).toBe(60)
    expect(events.at(-1)).toMatchObject({ type: 'activity.done', run })
    // What it is about is told to who asks while it runs, and stands in no event.
    expect(titles).toEqual(['plain: second'])
    expect(JSON.stringify(events)).not.toContain('second')
    expect(flock.activityTitle(run)).toBeUndefined()
  })
})

describe('queueTimeoutMs', () => {
  it('withdraws an activity that waits too long, by an error of its own', async () => {
    const { waiting, occupy, events } = await open()
    const first = await occupy()
    await expect(waiting.impatient(null, { as: { id: 'ann', role: 'r' } })).rejects.toMatchObject({
      code: 'SKEIN_ACTIVITY_QUEUE_TIMEOUT',
      activity: 'impatient',
      agent: 'ann',
      queueTimeoutMs: 30,
    })
    await expect(waiting.plain('second', { queueTimeoutMs: 20 })).rejects.toMatchObject({
      code: 'SKEIN_ACTIVITY_QUEUE_TIMEOUT',
      queueTimeoutMs: 20,
    })
    await first.leave()
    expect(events.filter(({ type }) => type === 'activity.started')).toHaveLength(1)
    expect(await waiting.impatient(null, { queueTimeoutMs: 60_000 })).toBe('done')
  })

  it('does not count what the activity runs', async () => {
    const clock = virtualClock()
    const { occupy } = await open(one, { clock })
    const first = await occupy('first', { queueTimeoutMs: 100 })
    await clock.advance(1_000)
    expect(await first.leave()).toBe('first gave up')
  })

  it('ends the wait for a module that takes long to load, which then does not run', async () => {
    const { flock, events } = await open()
    const { quick } = flock.activities<typeof import('./fixtures/slow-module.ts')>(fixture('slow-module'))
    await expect(quick(null, { queueTimeoutMs: 100 })).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_QUEUE_TIMEOUT' })
    expect(await quick(null)).toBe('done')
    expect(events.filter(({ type }) => type === 'activity.started')).toHaveLength(1)
  })

  it('is worth another attempt', async () => {
    const { waiting, occupy, flock } = await open()
    const first = await occupy()
    const retried = nextEvent(flock, 'activity.retried')
    const done = waiting.impatient(null, { retry: { maxRetries: 1_000, baseDelayMs: 1 } })
    expect(await retried).toMatchObject({ error: { code: 'SKEIN_ACTIVITY_QUEUE_TIMEOUT' } })
    await first.leave()
    expect(await done).toBe('done')
  })
})

describe('loadTimeoutMs', () => {
  it.each(['../../fixtures/never', 'endless-module'])(
    'fails the activities of a module that never loads: %s',
    async (name) => {
      const { flock, report } = await open({ threads: 1, loadTimeoutMs: 3_000 })
      const { anything } = flock.activities<typeof import('./fixtures/endless-module.ts')>(fixture(name))
      await expect(anything(null)).rejects.toMatchObject({
        code: 'SKEIN_ACTIVITY_LOAD',
        message: expect.stringContaining('loadTimeoutMs') as string,
      })
      expect(await report.double(2)).toBe(4)
    },
  )
})

describe('an activity that waits', () => {
  it('is refused when maxQueue others wait already', async () => {
    const { waiting, occupy, flock } = await open({ threads: 1, maxQueue: 2 })
    const first = await occupy()
    const second = waiting.plain('second')
    const third = waiting.plain('third')
    while (flock.queues().activities !== 2) await new Promise((resolve) => setImmediate(resolve))
    await expect(waiting.plain('fourth')).rejects.toMatchObject({
      code: 'SKEIN_ACTIVITY_QUEUE_FULL',
      activity: 'plain',
      maxQueue: 2,
    })
    await first.leave()
    expect(await Promise.all([second, third])).toEqual(['second', 'third'])
    expect(await waiting.plain('fifth')).toBe('fifth')
  })

  it('is never kept waiting where maxQueue is 0', async () => {
    const { waiting, occupy } = await open({ threads: 1, maxQueue: 0 })
    const first = await occupy()
    await expect(waiting.plain('second')).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_QUEUE_FULL' })
    await first.leave()
    expect(await waiting.plain('third')).toBe('third')
  })

  it('goes before those of a lower priority, and after those that came before', async () => {
    const { waiting, occupy, flock } = await open()
    const first = await occupy()
    const order: string[] = []
    const all = [
      waiting.plain('a'),
      waiting.plain('low', { priority: -1 }),
      waiting.urgent('u1'),
      waiting.plain('b'),
      waiting.urgent('u2'),
      waiting.plain('top', { priority: 9 }),
    ].map(async (run) => order.push(await run))
    while (flock.queues().activities !== 6) await new Promise((resolve) => setImmediate(resolve))
    await first.leave()
    await Promise.all(all)
    expect(order).toEqual(['top', 'u1', 'u2', 'a', 'b', 'low'])
  })

  it.each([
    ['priority', 1.5],
    ['priority', Number.NaN],
    ['queueTimeoutMs', 0],
  ])('takes no %s of %d', async (option, value) => {
    const { waiting, events } = await open()
    await expect(waiting.plain('a', { [option]: value })).rejects.toMatchObject({ code: 'SKEIN_OPTION', option })
    expect(events.filter(({ type }) => type === 'activity.started')).toEqual([])
  })
})

describe('flock.stats().workers', () => {
  it('tell how long activities waited and ran, and how busy the threads were', async () => {
    const { waiting, flock } = await open()
    expect(flock.stats().workers).toMatchObject({ waitMs: { count: 0, max: 0 }, runMs: { count: 0 }, utilization: {} })
    await Promise.all([waiting.nap(50), waiting.nap(50), waiting.nap(50)])
    const { waitMs, runMs, utilization } = flock.stats().workers
    expect(waitMs.count).toBe(3)
    expect(runMs.count).toBe(3)
    expect(runMs.min).toBeGreaterThan(40)
    expect(runMs.p50).toBeLessThanOrEqual(runMs.p99)
    // The last one waited for the two before it.
    expect(waitMs.max).toBeGreaterThan(90)
    expect(utilization?.compute).toBeGreaterThan(0)
    expect(utilization?.compute).toBeLessThanOrEqual(1)
  })
})
