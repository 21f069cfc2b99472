import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { behavior, createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import type { EventPage, SceneEvent, Session } from '../src/index.ts'
import { KilledServer } from './killed-server.ts'
import { openBoard, operator } from './open-board.ts'
import type { OpenBoard } from './open-board.ts'
import { openStream } from './stream-reader.ts'

function writtenIds(events: readonly SceneEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'written' && event.collection === 'facts' ? [event.id] : []))
}

function names(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `n/${from + index}`)
}

async function writeFacts({ memory }: Pick<OpenBoard, 'memory'>, from: number, to: number): Promise<void> {
  const ann = memory.as({ id: 'ann', role: 'reader' })
  for (const name of names(from, to)) await ann.facts.set(name, name)
}

it('tells what is written while somebody looks on', async () => {
  await using open = await openBoard()
  const reader = await openStream(open)
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  const part = await ann.objects.put('The first chapter.', { task: 't1', tags: ['part'] })
  await ann.observations.log({ task: 't1', value: 'It begins.', tags: ['start'], derivedFrom: [part], ttlMs: 60_000 })
  await reader.until(({ events }) =>
    events.some((event) => event.type === 'written' && event.collection === 'observations'),
  )
  const [object, observation] = reader.events.filter((event) => event.type === 'written')
  expect(object).toMatchObject({
    collection: 'objects',
    author: 'ann',
    task: 't1',
    title: 'part · t1 · text/plain, 18 bytes',
    bytes: 18,
  })
  expect(observation).toMatchObject({
    collection: 'observations',
    title: 'It begins.',
    tags: ['start'],
    derivedFrom: [part.id],
    label: { sensitivity: 'public', compartments: [] },
    expiresAt: expect.any(Number),
  })
})

it('shows who reads what to who may see the audit, and reuses to everybody', async () => {
  await using open = await openBoard()
  const reader = await openStream(open)
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  const bob = open.memory.as({ id: 'bob', role: 'reader' })
  await ann.facts.set('greeting', 'hello')
  await bob.facts.get('greeting')
  await ann.once('sum/v1/1', ({ reportUsage }) => (reportUsage(12, 0.5), 3))
  await bob.once('sum/v1/1', () => 3)
  await reader.until(({ events }) => events.some(({ type }) => type === 'reused'))
  await reader.until(({ events }) => events.some((event) => event.type === 'read' && event.id === 'greeting'))
  expect(reader.events).toContainEqual(
    expect.objectContaining({ type: 'read', agent: 'bob', collection: 'facts', id: 'greeting', count: 1, isHit: true }),
  )
  expect(reader.events).toContainEqual(
    expect.objectContaining({ type: 'reused', agent: 'bob', work: 'sum/v1/1', savedTokens: 12, savedUsd: 0.5 }),
  )
  // What the dashboard itself reads is not shown.
  expect(reader.events.filter((event) => event.type === 'read' && event.agent === operator.id)).toEqual([])
})

it('goes on after the last event without gaps or doubles, on another server too', async () => {
  const store = mapStore()
  const token = 'a'.repeat(40)
  await using memory = await openMemory({ store })
  let first = await openBoard({ memory, token })
  const before = await openStream(first)
  await writeFacts(first, 1, 20)
  await before.until(({ events }) => writtenIds(events).length === 20)
  const lastEventId = before.lastId ?? ''
  await first.board.close()
  await writeFacts({ memory }, 21, 700)

  first = await openBoard({ memory, token })
  const after = await openStream(first, { lastEventId })
  await writeFacts({ memory }, 701, 720)
  await after.until(({ events }) => writtenIds(events).includes('n/720'))
  expect(writtenIds(after.events)).toEqual(names(21, 720))
  expect(after.dropped).toBe(0)
  await first.board.close()
})

it('goes on without gaps or doubles when its server was killed, and started again after a while', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'skein-stream-')), 'x.db')
  await using memory = await openMemory({ store: sqliteStore(path), auditKeepMs: 0 })
  await using server = await new KilledServer(path).start()
  const cookie = await server.login()
  const seen: string[] = []
  let lastEventId: string | undefined
  let written = 0
  for (let round = 0; round < 3; round += 1) {
    const reader = await openStream({ origin: server.origin, cookie }, lastEventId === undefined ? {} : { lastEventId })
    await writeFacts({ memory }, written + 1, written + 100)
    await reader.until(({ events }) => writtenIds(events).includes(`n/${written + 60}`))
    // In the middle of a frame, or between two.
    await server.kill()
    while (await reader.next());
    seen.push(...writtenIds(reader.events))
    lastEventId = reader.lastId
    await writeFacts({ memory }, written + 101, written + 400)
    written += 400
    await server.start()
  }
  await writeFacts({ memory }, written + 1, written + 1)
  const last = await openStream({ origin: server.origin, cookie }, { lastEventId: lastEventId ?? '' })
  await last.until(({ events }) => writtenIds(events).includes(`n/${written + 1}`))
  seen.push(...writtenIds(last.events))
  expect(seen).toEqual(names(1, written + 1))
})

it('joins the past that was read page by page to the stream', async () => {
  await using open = await openBoard()
  await writeFacts(open, 1, 30)
  const { first } = await open.json<Session>('/api/session')
  const past: SceneEvent[] = []
  let after = first
  const query = (): string => `/api/events?limit=7&after=${encodeURIComponent(after)}`
  for (let page = await open.json<EventPage>(query()); ; page = await open.json<EventPage>(query())) {
    past.push(...page.events)
    after = page.next
    if (!page.hasMore) break
  }
  expect(writtenIds(past)).toEqual(names(1, 30))
  await writeFacts(open, 31, 35)
  const reader = await openStream(open, { after })
  await reader.until(({ events }) => writtenIds(events).includes('n/35'))
  expect(writtenIds(reader.events)).toEqual(names(31, 35))
})

it('resumes from each event of a frame as well as from its end', async () => {
  await using open = await openBoard()
  const reader = await openStream(open)
  await writeFacts(open, 1, 10)
  await reader.until(({ events }) => writtenIds(events).length === 10)
  for (const index of [0, 4, 8]) {
    const again = await openStream(open, { after: reader.events[index]?.position ?? '' })
    await again.until(({ events }) => writtenIds(events).includes('n/10'))
    expect(writtenIds(again.events)).toEqual(names(index + 2, 10))
    again.close()
  }
})

it("tells the flock's own events, once, to who comes back", async () => {
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

it('tells which thread runs what, from its start to its end, and that it failed', async () => {
  await using memory = await openMemory({ store: mapStore() })
  await using flock = await createFlock({ memory, threads: 1 })
  await using open = await openBoard({ memory, flock })
  const reader = await openStream(open)
  const { double, fail } = flock.activities<typeof import('./fixtures/activities.ts')>(
    new URL('./fixtures/activities.ts', import.meta.url),
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

it('tells a slow client how much it lost, and goes on', async () => {
  await using open = await openBoard({ maxEvents: 100 })
  const slow = await openStream(open)
  slow.response.pause()
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  const tags = Array.from({ length: 200 }, (_, index) => `${index} ${'long '.repeat(30)}`)
  // More than what the sockets and the server hold for one client.
  const total = 1_500
  for (let n = 1; n <= total; n += 1) await ann.facts.set(`n/${n}`, n, { tags })
  const watcher = await openStream(open)
  await ann.facts.set('end', 1)
  await watcher.until(({ events }) => writtenIds(events).includes('end'))
  slow.response.resume()
  await slow.until(({ events }) => writtenIds(events).includes('end'))
  expect(slow.dropped).toBeGreaterThan(0)
  expect(slow.dropped + writtenIds(slow.events).length).toBe(total + 1)
})

it('says when the feed no longer reaches back', async () => {
  await using open = await openBoard({ store: mapStore({ maxChanges: 50 }) })
  const { first } = await open.json<Session>('/api/session')
  await writeFacts(open, 1, 120)
  const reader = await openStream(open, { after: first })
  await reader.until(({ events }) => writtenIds(events).includes('n/120'))
  expect(reader.dropped).toBeGreaterThanOrEqual(70)
  const page = await open.json<EventPage>(`/api/events?limit=1000&after=${first}`)
  expect(page.trimmed).toBe(true)
})

it('says that it is alive when nothing happens', async () => {
  await using open = await openBoard({ beatMs: 50 })
  const reader = await openStream(open)
  const beat = await reader.next()
  expect(beat).toMatchObject({ event: 'beat', data: { now: expect.any(Number) } })
})

it('follows the feed once, and not at all when nobody looks on', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const view = memory.as(operator)
  let reads = 0
  const counted = {
    ...memory,
    as: () => view,
    share: () => memory.share(),
    stats: () => memory.stats(),
  }
  const { feed } = view
  const read = feed.read.bind(feed)
  feed.read = (query) => {
    reads += 1
    return read(query)
  }
  await using open = await openBoard({ memory: counted as never })
  await writeFacts({ memory }, 1, 5)
  expect(reads).toBe(0)
  const readers = await Promise.all(Array.from({ length: 10 }, () => openStream(open, { after: '5.0.x' })))
  await writeFacts({ memory }, 6, 6)
  await Promise.all(readers.map((reader) => reader.until(({ events }) => writtenIds(events).length === 1)))
  const perChange = reads
  await writeFacts({ memory }, 7, 7)
  await Promise.all(readers.map((reader) => reader.until(({ events }) => writtenIds(events).length === 2)))
  // One follower: a few reads for the change and the audit's own entries, not one for each client.
  expect(reads - perChange).toBeLessThan(10)
  for (const reader of readers) reader.close()
  while (open.board.streams > 0) await pause(5)
  const atRest = reads
  await writeFacts({ memory }, 8, 20)
  // Asks for both ends of the feed: one read of its own.
  await open.json('/api/session')
  expect(reads - atRest).toBe(1)
})
