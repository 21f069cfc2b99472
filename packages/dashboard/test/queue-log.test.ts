import { behavior, createFlock } from '@skein/core'
import { stepScheduler } from '@skein/core/testing'
import { mapStore, openMemory } from '@skein/memory'
import { describe, expect, it } from 'vitest'

import { QueueLog } from '../src/metrics/queue-sampler.ts'
import type { Figures } from '../src/index.ts'
import { openBoard } from './open-board.ts'

const always = { since: 0, until: Number.MAX_SAFE_INTEGER }

describe('the queues over time', () => {
  it('are looked at no more often than told', () => {
    let looks = 0
    const log = new QueueLog(() => ({ messages: (looks += 1), activities: 2 }), 100)
    for (let at = 0; at < 300; at += 10) log.note(at)
    expect(log.within(always)).toEqual([0, 100, 200].map((at, index) => ({ at, messages: index + 1, activities: 2 })))
    expect(log.within({ since: 100, until: 200 })).toHaveLength(1)
  })

  it('leave out what the flock does not know', () => {
    const log = new QueueLog(() => ({ messages: 1, activities: undefined }), 1)
    for (let at = 0; at < 100; at += 1) log.note(at)
    expect(log.within(always).every((point) => !('activities' in point))).toBe(true)
  })

  it('are told in a bounded number of pieces, which forget no peak', () => {
    let messages = 0
    const log = new QueueLog(() => ({ messages, activities: 0 }), 1)
    for (let at = 0; at < 100_000; at += 1) {
      // Long enough to be looked at, however rarely that has become by then.
      messages = at >= 70_000 && at < 70_200 ? 900 : at % 2
      log.note(at)
    }
    const points = log.within(always)
    expect(points.length).toBeLessThanOrEqual(60)
    expect(points.length).toBeGreaterThan(30)
    expect(points.map(({ at }) => at)).toEqual(points.map(({ at }) => at).toSorted((a, b) => a - b))
    const peaks = points.filter((point) => point.messages === 900)
    expect(peaks.length).toBeGreaterThan(0)
    expect(peaks.every(({ at }) => at > 67_000 && at < 71_000)).toBe(true)
  })

  it('are in the figures of a flock: what it has not taken yet waits', async () => {
    await using memory = await openMemory({ store: mapStore() })
    // Nothing is delivered here until somebody says so.
    await using flock = await createFlock({ memory, scheduler: stepScheduler(1) })
    const clerk = flock.spawn(behavior({ role: 'clerk', initial: 0, receive: (count: number) => count + 1 }))
    for (let n = 0; n < 7; n += 1) clerk.send({ type: 'letter' })
    await using open = await openBoard({ memory, flock })
    const { queues, until } = await open.json<Figures>('/api/figures')
    expect(queues[0]).toEqual({ at: expect.any(Number), messages: 7, activities: 0 })
    expect(queues.every(({ at }) => at <= until)).toBe(true)
  })

  it('are none where no flock is shown', async () => {
    await using open = await openBoard()
    expect((await open.json<Figures>('/api/figures')).queues).toEqual([])
  })
})
