import { behavior, createFlock } from '@skein/core'
import { stepScheduler } from '@skein/core/testing'
import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import type { Metrics } from '../../src/index.ts'
import { QueueSampler } from '../../src/metrics/queue-sampler.ts'
import { openBoard } from '../open-board.ts'

const always = { since: 0, until: Number.MAX_SAFE_INTEGER }

it('samples no more often than its interval', () => {
  let reads = 0
  const sampler = new QueueSampler(() => ({ messages: (reads += 1), activities: 2 }), 100)
  for (let at = 0; at < 300; at += 10) sampler.sample(at)
  const expected = [0, 100, 200].map((at, index) => ({ at, messages: index + 1, activities: 2 }))
  expect(sampler.within(always)).toEqual(expected)
  expect(sampler.within({ since: 100, until: 200 })).toHaveLength(1)
})

it('leaves out what the flock does not count', () => {
  const sampler = new QueueSampler(() => ({ messages: 1, activities: undefined }), 1)
  for (let at = 0; at < 100; at += 1) sampler.sample(at)
  expect(sampler.within(always).every((sample) => !('activities' in sample))).toBe(true)
})

it('returns a bounded number of samples that keep every peak', () => {
  let messages = 0
  const sampler = new QueueSampler(() => ({ messages, activities: 0 }), 1)
  for (let at = 0; at < 100_000; at += 1) {
    // Longer than the sampling interval has become by then.
    messages = at >= 70_000 && at < 70_200 ? 900 : at % 2
    sampler.sample(at)
  }
  const samples = sampler.within(always)
  expect(samples.length).toBeLessThanOrEqual(60)
  expect(samples.length).toBeGreaterThan(30)
  expect(samples.map(({ at }) => at)).toEqual(samples.map(({ at }) => at).toSorted((a, b) => a - b))
  const peaks = samples.filter((sample) => sample.messages === 900)
  expect(peaks.length).toBeGreaterThan(0)
  expect(peaks.every(({ at }) => at > 67_000 && at < 71_000)).toBe(true)
})

it("adds the flock's queues to the metrics", async () => {
  await using memory = await openMemory({ store: mapStore() })
  // Delivers nothing until it is stepped.
  await using flock = await createFlock({ memory, scheduler: stepScheduler(1) })
  const clerk = flock.spawn(behavior({ role: 'clerk', initial: 0, receive: (count: number) => count + 1 }))
  for (let n = 0; n < 7; n += 1) clerk.send({ type: 'letter' })
  await using open = await openBoard({ memory, flock })
  const { queues, until } = await open.json<Metrics>('/api/metrics')
  expect(queues[0]).toEqual({ at: expect.any(Number), messages: 7, activities: 0 })
  expect(queues.every(({ at }) => at <= until)).toBe(true)
})

it('adds none without a flock', async () => {
  await using open = await openBoard()
  expect((await open.json<Metrics>('/api/metrics')).queues).toEqual([])
})
