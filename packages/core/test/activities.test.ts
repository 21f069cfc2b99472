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

describe('an activity', () => {
  it('runs in a worker thread, one at a time there', async () => {
    const { report } = await openFlock()
    expect(await report.double(21)).toBe(42)
    expect(await report.whereAmI(null)).not.toBe(0)
  })

  it('of kind io shares its thread with others', async () => {
    const { report } = await openFlock()
    const naps = Array.from({ length: 40 }, () => report.nap(5))
    expect(new Set(await Promise.all(naps)).size).toBeLessThanOrEqual(2)
  })

  it('tells its progress in order, all of it before the result', async () => {
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

  it('loses its thread when it does not listen', async () => {
    const { report } = await openFlock(mapStore(), { threads: 1, graceMs: 20 })
    const stop = new AbortController()
    const spinning = report.spin(null, { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) })
    await expect(spinning).rejects.toThrow('enough')
    expect(await report.double(2)).toBe(4)
  })

  it('keeps code, fields, class and cause of its error', async () => {
    const { report, events } = await openFlock()
    const failure: unknown = await report.fail(null).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'OptionError', code: 'SKEIN_OPTION', option: 'thing' })
    expect((failure as Error).stack).toContain('fixtures/activities.ts')
    expect(events.at(-1)).toMatchObject({ type: 'activity.failed', activity: 'fail', error: failure })
  })

  it.each(['exit', 'eatMemory'] as const)('that ends its thread (%s) fails alone', async (name) => {
    const { report } = await openFlock(mapStore(), { threads: 2, maxHeapMb: 64 })
    const [lost, fine] = await Promise.allSettled([report[name](null), report.double(1)])
    expect(lost).toMatchObject({ status: 'rejected', reason: { code: 'SKEIN_THREAD_LOST', activity: name } })
    expect(fine).toMatchObject({ status: 'fulfilled', value: 2 })
    expect(await report.double(2)).toBe(4)
  })

  it('that can not be found or loaded is named, with what there is', async () => {
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

  it('refuses what can not be sent', async () => {
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

  it('is refused after the flock was closed', async () => {
    const { flock, report } = await openFlock()
    await report.double(1)
    await flock.close()
    await flock.close()
    await expect(report.double(1)).rejects.toMatchObject({ code: 'SKEIN_FLOCK_CLOSED' })
  })

  it.each([0, 1.5, 10_000])('refuses %d threads', async (threads) => {
    const memory = await openMemory({ store: mapStore() })
    await expect(createFlock({ memory, threads })).rejects.toMatchObject({ code: 'SKEIN_OPTION', option: 'threads' })
    await memory.close()
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

  it('is not run again by the next process', async () => {
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
})

describe.each([
  ['mapStore', () => mapStore()],
  ['sqliteStore', () => sqliteStore(temporary())],
] as const)('the memory in worker threads on %s', (_, store) => {
  it('is the same memory', async () => {
    const { flock, report } = await openFlock(store())
    const view = flock.memory.as({ id: 'main', role: 'main' })
    await view.facts.set('k', 'first')
    expect(await report.readTwice('k')).toEqual(['first', 'first'])
    await view.facts.set('k', 'second')
    expect(await report.readTwice('k')).toEqual(['second', 'second'])
    await Promise.all(Array.from({ length: 50 }, () => report.countIn('n')))
    expect(await view.facts.get('n')).toBe(50)
  })

  it('passes objects by reference, at any size', async () => {
    const { flock, report } = await openFlock(store())
    const view = flock.memory.as({ id: 'main', role: 'main' })
    for (const size of [1, 1_000, 65_536, 70_000, 16 * 1024 * 1024]) {
      const put = await report.putBytes(size)
      expect(await report.firstByte(put)).toBe(7)
      expect((await view.objects.bytes(put)).length).toBe(size)
    }
  })

  it('stamps on what is written what was read', async () => {
    const { flock, report } = await openFlock(store())
    const reader = { id: 'r', role: 'reader', clearance: { level: 'confidential' } } as const
    const view = flock.memory.as(reader)
    const secret = await view.objects.put('psst', { sensitivity: 'confidential' })
    const loud = await report.shout(secret, { as: reader })
    expect(await view.objects.get(loud)).toBe('PSST')
    expect(await view.objects.lineage(loud, { direction: 'sources' })).toMatchObject([{ ref: { id: secret.id } }])
    expect(await flock.memory.as({ id: 'low', role: 'reader' }).objects.has(loud)).toBe(false)
    await expect(report.shout(secret)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
  })

  it('answers equal requests to the model once', async () => {
    const { flock, report } = await openFlock(store())
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => report.askModel('The sky was blue and wide over all the land.')),
    )
    expect(new Set(answers).size).toBe(1)
    expect(flock.stats()).toMatchObject({ modelCalls: 1, reusedCalls: 3 })
  })
})
