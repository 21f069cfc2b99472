import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'

import { openFlock } from './open-flock.ts'

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-core-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'flock.db')
}

const quick = { threads: 1, graceMs: 20 }
describe('an activity', () => {
  it('reports progress in order and before the result', async () => {
    const { report, events } = await openFlock()
    const seen: unknown[] = []
    await report.count(500, { onProgress: (n) => seen.push(n) })
    expect(seen).toEqual(Array.from({ length: 500 }, (_, index) => index + 1))
    expect(events.at(-1)?.type).toBe('activity.done')
  })

  it('ends by itself when aborted, and keeps its thread', async () => {
    const { flock, report } = await openFlock()
    const stop = new AbortController()
    const onProgress = (): void => stop.abort(new Error('enough'))
    await expect(report.untilAborted(null, { signal: stop.signal, onProgress })).resolves.toBe('gave up')
    expect(flock.stats().activities).toBe(1)
  })

  it('keeps code, fields, class and cause of its error', async () => {
    const { report, events } = await openFlock()
    const failure: unknown = await report.fail(null).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'OptionError', code: 'SKEIN_OPTION', option: 'thing' })
    expect((failure as Error).stack).toContain('fixtures/activities.ts')
    expect(events.at(-1)).toMatchObject({ type: 'activity.failed', activity: 'fail', error: failure })
  })

  it('that can not be found or loaded is named, with those that exist', async () => {
    const { flock, report } = await openFlock()
    const typo = report as unknown as { dubble(n: number): Promise<number>; notAnActivity(n: number): Promise<number> }
    await expect(typo.dubble(1)).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_UNKNOWN', activity: 'dubble' })
    await expect(typo.dubble(1)).rejects.toThrow('double')
    await expect(typo.notAnActivity(1)).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_UNKNOWN' })
    const broken = flock.activities<typeof import('./fixtures/broken.ts')>(
      new URL('./fixtures/broken.ts', import.meta.url),
    )
    await expect(broken.anything(null)).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_LOAD' })
    await expect(broken.anything(null)).rejects.toThrow('this module can not be loaded')
  })

  it('rejects input and output that can not be cloned', async () => {
    const { report } = await openFlock()
    await expect(report.double((() => {}) as never)).rejects.toMatchObject({
      code: 'SKEIN_ACTIVITY_INPUT',
      activity: 'double',
    })
    await expect(report.giveFunction(null)).rejects.toMatchObject({
      code: 'SKEIN_ACTIVITY_INPUT',
      activity: 'giveFunction',
    })
  })

  it('is rejected after the flock was closed', async () => {
    const { flock, report } = await openFlock()
    await report.double(1)
    await flock.close()
    await flock.close()
    await expect(report.double(1)).rejects.toMatchObject({ code: 'SKEIN_FLOCK_CLOSED' })
  })

  it('is retried as often and after the errors that its policy says', async () => {
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

  it('may not take longer than its time-out', async () => {
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

describe('a shared activity', () => {
  it('runs once for equal inputs, whoever asks', async () => {
    const { flock, report, events } = await openFlock()
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => report.sharedSquare(7, { as: { id: `agent-${index}`, role: 'asker' } })),
    )
    expect(new Set(results)).toEqual(new Set([49]))
    expect(events.filter(({ type }) => type === 'activity.done')).toHaveLength(1)
    expect(flock.stats()).toMatchObject({ activities: 1, reusedActivities: 19 })
    expect((await flock.memory.as({ id: 'a', role: 'r' }).observations.list()).items).toHaveLength(1)
  })

  it('is not run again in the next process', async () => {
    const path = temporary()
    for (const activities of [1, 0]) {
      const memory = await openMemory({ store: sqliteStore(path) })
      const flock = await createFlock({ memory, threads: 1 })
      const report = flock.activities<typeof import('./fixtures/activities.ts')>(
        new URL('./fixtures/activities.ts', import.meta.url),
      )
      expect(await report.sharedSquare(3)).toBe(9)
      expect(flock.stats().activities).toBe(activities)
      await flock.close()
      await memory.close()
    }
  })

  it('rejects inputs that JSON can not tell apart', async () => {
    const { report } = await openFlock(mapStore(), quick)
    for (const input of [new Map([['a', 1]]), { n: Number.NaN }, new Date()]) {
      await expect(report.echo(input)).rejects.toMatchObject({ code: 'SKEIN_VALUE' })
    }
    expect(await report.echo({ n: null })).toBe('{"n":null}')
    expect(await report.echo(undefined)).toBeUndefined()
  })

  it('goes on for others when one caller aborts, who gets the reason at once', async () => {
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

  it('ends when all callers have aborted', async () => {
    const { report, events } = await openFlock(mapStore(), quick)
    const stop = new AbortController()
    const alone = report.sharedWait('k', { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) })
    await expect(alone).rejects.toThrow('enough')
    expect(events.some(({ type }) => type === 'activity.done')).toBe(false)
  })
})
