import { behavior, createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import type { Session } from '../../src/index.ts'
import { openBoard } from '../open-board.ts'
import { openStream } from './stream-reader.ts'

it("shows the flock's own events exactly once to a client that reconnects", async () => {
  await using memory = await openMemory({ store: mapStore() })
  await using flock = await createFlock({ memory, threads: 1 })
  await using open = await openBoard({ memory, flock })
  const echo = behavior({ role: 'echo', initial: 0, receive: (state: number) => state })
  const early = flock.spawn(echo, { id: 'early' })
  const { first } = await open.json<Session>('/api/session')
  const reader = await openStream(open, { after: first })
  await reader.until(({ events }) => events.some((event) => event.type === 'agent' && event.agent === 'early'))
  reader.close()
  flock.spawn(echo, { id: 'late' })
  early.stop()
  const again = await openStream(open, { lastEventId: reader.lastId ?? '' })
  await again.until(({ events }) => events.some((event) => event.type === 'agent' && event.state === 'ended'))
  expect(again.events.map((event) => event.type === 'agent' && `${event.agent} ${event.state}`)).toEqual([
    'late spawned',
    'early ended',
  ])
  expect(await open.json('/api/agents')).toEqual([
    expect.objectContaining({ agent: 'early', role: 'echo', state: 'ended' }),
    expect.objectContaining({ agent: 'late', role: 'echo', state: 'spawned' }),
  ])
})

it('shows which thread runs what, from start to end, and that it failed', async () => {
  await using memory = await openMemory({ store: mapStore() })
  await using flock = await createFlock({ memory, threads: 1 })
  await using open = await openBoard({ memory, flock })
  const reader = await openStream(open)
  const { double, fail } = flock.activities<typeof import('../fixtures/activities.ts')>(
    new URL('../fixtures/activities.ts', import.meta.url),
  )
  expect(await double(21)).toBe(42)
  await fail('too hard').catch(() => {})
  await reader.until(({ events }) => events.some((event) => event.type === 'activity' && event.phase === 'failed'))
  const steps = reader.events.filter((event) => event.type === 'activity')
  expect(steps.map(({ activity, phase }) => `${activity} ${phase}`)).toEqual([
    'double started',
    'double progress',
    'double done',
    'fail started',
    'fail failed',
  ])
  expect(steps[2]).toMatchObject({ run: steps[0]?.run, worker: expect.any(String), durationMs: expect.any(Number) })
  expect(steps[4]?.run).toBe(steps[3]?.run)
  expect(steps[3]?.run).not.toBe(steps[0]?.run)
})

it('tells equal activities apart that run at once, of which one never began', async () => {
  await using memory = await openMemory({ store: mapStore() })
  await using flock = await createFlock({ memory, threads: 1 })
  await using open = await openBoard({ memory, flock })
  const reader = await openStream(open)
  const { double } = flock.activities<typeof import('../fixtures/activities.ts')>(
    new URL('../fixtures/activities.ts', import.meta.url),
  )
  const stop = new AbortController()
  const running = double(1, { onProgress: () => stop.abort(new Error('withdrawn')) })
  const withdrawn = double(2, { signal: stop.signal }).catch((error: Error) => error.message)
  expect([await running, await withdrawn]).toEqual([2, 'withdrawn'])
  await reader.until(({ events }) => events.some((event) => event.type === 'activity' && event.phase === 'done'))
  const runs = Map.groupBy(
    reader.events.filter((event) => event.type === 'activity'),
    ({ run }) => run,
  )
  const phases = [...runs.values()].map((steps) => steps.map(({ phase }) => phase).join(' '))
  expect(phases.toSorted()).toEqual(['failed', 'started progress done'])
})

it('knows agents that were spawned before it was opened, and says of a paused one that it is', async () => {
  await using memory = await openMemory({ store: mapStore() })
  await using flock = await createFlock({ memory, threads: 1 })
  const echo = behavior({ role: 'echo', initial: 0, receive: (state: number) => state })
  const ann = flock.spawn(echo, { id: 'ann' })
  flock.spawn(echo, { id: 'bob' }).pause()
  await using open = await openBoard({ memory, flock })
  const { first } = await open.json<Session>('/api/session')
  const reader = await openStream(open, { after: first })
  ann.pause()
  ann.resume()
  await reader.until(({ events }) => events.length === 4)
  expect(reader.events.map((event) => event.type === 'agent' && `${event.agent} ${event.state}`)).toEqual([
    'ann spawned',
    'bob paused',
    'ann paused',
    'ann resumed',
  ])
})
