import { createFlock, extractiveModel } from '@skein/core'
import { threadExecutor } from '@skein/core/executor'
import { mapStore, openMemory } from '@skein/memory'
import { describe, expect, it } from 'vitest'

import { openFlock } from './open-flock.ts'

const quick = { threads: 1, graceMs: 20 }
const fixture = (name: string): URL => new URL(`./fixtures/${name}.ts`, import.meta.url)

/** Resolves with the next warning of the process. */
const nextWarning = (): Promise<Error> => new Promise((resolve) => process.once('warning', resolve))

describe('what one does wrong does not reach others:', () => {
  it.each(['throw', 'reject'] as const)('an activity that leaves a %s behind', async (how) => {
    const { report } = await openFlock(mapStore(), quick)
    const warned = nextWarning()
    expect(await report.late(how)).toBe('done')
    expect((await warned).message).toContain('left behind')
    expect(await report.double(2)).toBe(4)
  })

  it('a listener that throws', async () => {
    const { flock, report } = await openFlock(mapStore(), quick)
    flock.on(() => {
      throw new Error('bad listener')
    })
    const warned = nextWarning()
    expect(await report.double(2)).toBe(4)
    expect((await warned).message).toBe('bad listener')
    await flock.close()
  })

  it('a listener for progress that throws', async () => {
    const { report } = await openFlock(mapStore(), quick)
    const warned = nextWarning()
    const onProgress = (): void => {
      throw new Error('bad progress')
    }
    expect(await report.count(3, { onProgress })).toBe('counted')
    expect((await warned).message).toBe('bad progress')
  })

  it('more threads than a memory can have', async () => {
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
})

describe('closing', () => {
  it('ends what runs, gives up what waits, and itself ends', async () => {
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

describe('an abort', () => {
  it('takes a waiting activity back at once', async () => {
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

  it('of one who waits for shared work leaves it to the others, and is heard at once', async () => {
    const { flock, report } = await openFlock(mapStore(), quick)
    const [first, second] = [new AbortController(), new AbortController()]
    const begun = Promise.withResolvers<void>()
    flock.on(({ type }) => type === 'activity.progress' && begun.resolve())
    const one = report.sharedWait('k', { signal: first.signal })
    const two = report.sharedWait('k', { signal: second.signal })
    const three = report.sharedWait('k')
    await begun.promise
    first.abort(new Error('first leaves'))
    second.abort(new Error('second leaves'))
    await expect(one).rejects.toThrow('first leaves')
    await expect(two).rejects.toThrow('second leaves')
    expect(await three).toBe('k')
    expect(flock.stats().activities).toBe(1)
  })

  it('of all who wait ends the work', async () => {
    const { report, events } = await openFlock(mapStore(), quick)
    const stop = new AbortController()
    const alone = report.sharedWait('k', { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) })
    await expect(alone).rejects.toThrow('enough')
    expect(events.some(({ type }) => type === 'activity.done')).toBe(false)
  })
})

describe('shared activities', () => {
  it('refuse inputs that can not be told apart by their text', async () => {
    const { report } = await openFlock(mapStore(), quick)
    for (const input of [new Map([['a', 1]]), { n: Number.NaN }, new Date()]) {
      await expect(report.echo(input)).rejects.toMatchObject({ code: 'SKEIN_VALUE' })
    }
    expect(await report.echo({ n: null })).toBe('{"n":null}')
    expect(await report.echo(undefined)).toBeUndefined()
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

  it('are run again when one ends their thread', () => neighbours('exitLate'))

  it('are run again when one that does not listen loses it', () => neighbours('spinLate'))
})

describe('an activity that fails', () => {
  it('is tried again as often as it says, for the errors that it says', async () => {
    const { flock, report, events } = await openFlock()
    expect(await report.failTwice('a')).toBe(3)
    expect(events.filter(({ type }) => type === 'activity.retried')).toMatchObject([{ attempt: 1 }, { attempt: 2 }])
    await expect(report.failTwice('b', { retry: { maxRetries: 1, baseDelayMs: 1 } })).rejects.toThrow('not yet')
    await expect(
      report.failTwice('c', { retry: { maxRetries: 8, baseDelayMs: 1, codes: ['SKEIN_THREAD_LOST'] } }),
    ).rejects.toThrow('not yet')
    // Another try would only repeat what is used wrongly.
    await expect(report.fail(null, { retry: { maxRetries: 8 } })).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
    expect(flock.stats().activities).toBe(1)
  })

  it('may not take longer than it is given', async () => {
    const { report } = await openFlock()
    await expect(report.nap(60_000, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'SKEIN_ACTIVITY_TIMEOUT',
      activity: 'nap',
      agent: 'flock',
      timeoutMs: 20,
    })
    await expect(report.nap(1, { timeoutMs: -1 })).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
    await expect(report.nap(1, { retry: { maxRetries: -1 } })).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
  })
})

describe('a thread whose buffers take too much', () => {
  it('is ended; what it ran fails, and says why', async () => {
    const { report } = await openFlock(undefined, { threads: 1, maxBufferMb: 200 })
    const greedy = report.eatBuffers(null)
    await expect(greedy).rejects.toMatchObject({ code: 'SKEIN_THREAD_LOST', activity: 'eatBuffers' })
    await expect(greedy).rejects.toThrow(/its buffers took \d+ MB, more than the 200 MB/)
    expect(await report.double(2)).toBe(4)
  })
})
