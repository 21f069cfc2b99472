import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { agent, createFlock } from '@skein/core'
import type { Flock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import type { Forgotten, RecordDetail, RecordRows, SceneEvent, Session, TraceRow } from '../src/index.ts'
import { openBoard } from './open-board.ts'
import type { OpenBoard } from './open-board.ts'
import { openStream } from './stream/stream-reader.ts'
import type { StreamReader } from './stream/stream-reader.ts'

const officer = { id: 'olga', role: 'privacy', rights: ['erase'] } as const
const gone = /Quill/

/** All that the server answers, by path. */
async function allAnswers(open: OpenBoard): Promise<Readonly<Record<string, string>>> {
  const { first, collections } = await open.json<Session>('/api/session')
  const { rows } = await open.json<RecordRows>(`/api/records?collection=${collections.join(',')}&limit=200`)
  const traces = await open.json<readonly TraceRow[]>('/api/traces')
  const paths = [
    `events?after=${first}`,
    ...'session agents runs records traces metrics prometheus inbox'.split(' '),
    ...['html', 'jsonl', 'trace'].map((format) => `export?format=${format}`),
    ...rows.map(({ collection, id }) => `records/${collection}/${encodeURIComponent(id)}`),
    ...rows.filter(({ collection }) => collection === 'agents').map(({ id }) => `charts/${id}`),
    ...traces.map(({ id }) => `traces/${id}`),
  ]
  const answers: Record<string, string> = {}
  for (const path of paths) answers[path] = await (await open.get(`/api/${path}`)).text()
  // Only now has it got all there is from before.
  using stream = readAll(await openStream(open, { after: first }))
  await stream.reader.until(({ events }) => events.some((event) => 'id' in event && event.id === 'last'))
  return { ...answers, stream: JSON.stringify(stream.reader.all) }
}

function readAll(reader: StreamReader): Disposable & { readonly reader: StreamReader } {
  return { reader, [Symbol.dispose]: () => reader.close() }
}

const whereFound = (answers: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(answers).filter((path) => gone.test(answers[path] ?? ''))

type Activities = typeof import('./fixtures/activities.ts')

/** Lets an agent do work that fails, and tell why. */
async function fail(flock: Flock, work: 'fail' | 'blurt', input: string): Promise<void> {
  const { [work]: activity } = flock.activities<Activities>(new URL('fixtures/activities.ts', import.meta.url))
  const clerk = flock.spawn(agent({ role: 'clerk', on: { work: activity } }))
  await expect(clerk.ask({ type: 'work', input })).rejects.toBeInstanceOf(Error)
  clerk.stop()
}

it('has nothing left of what was forgotten: in answers, traces, exports, and streams that begin before', async () => {
  await using memory = await openMemory({ store: mapStore() })
  await using flock = await createFlock({ memory, threads: 1 })
  await using open = await openBoard({ memory, flock, traces: 'content' })
  using page = readAll(await openStream(open))
  const ann = memory.as({ id: 'ann', role: 'sales' })
  const call = await ann.observations.log({ value: 'Zoë Quill called', tags: ['Quill'], subject: 'person/42' })
  await ann.facts.set('next', 'call Zoë Quill', { derivedFrom: [call] })
  await ann.facts.set('next', 'call Zoë Quill again', { derivedFrom: [call] })
  await ann.observations.log({ value: 'It rains' })
  await fail(flock, 'fail', 'Quill')
  await fail(flock, 'blurt', 'next')
  await ann.facts.set('last', 1)
  await page.reader.until(({ events }) => events.some((event) => 'id' in event && event.id === 'last'))
  const found = whereFound(await allAnswers(open))
  expect(found).toEqual(
    expect.arrayContaining(['records/facts/next', `records/observations/${call.id}`, 'export?format=html', 'stream']),
  )
  expect(found.filter((path) => path.startsWith('traces/'))).toHaveLength(2)

  await memory.as(officer).forget({ subject: 'person/42' }, { reason: 'asked', derived: 'forget' })
  await ann.facts.set('next', 'x')
  expect(whereFound(await allAnswers(open))).toEqual([])
  const { history } = await open.json<RecordDetail>('/api/records/facts/next')
  expect(history[0]).toMatchObject({ value: '"x"' })
  // Names, times and figures stay, and so does what was not forgotten.
  const answers = await allAnswers(open)
  expect(answers['stream']).toContain('It rains')
  expect(answers['stream']).toContain('"activity":"fail"')

  const before = page.reader.all.length
  await ann.facts.set('next', 'y')
  await page.reader.until(({ all }) => all.slice(before).some(({ event }) => event === 'frame'))
  expect(page.reader.all.map(({ event }) => event)).toContain('forgotten')
})

it('hears of an erasure by another process as soon as it is in force, and of one above the clearance of the viewer', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'skein-forgetting-')), 'memory.db')
  const heartbeatMs = 100
  await using memory = await openMemory({ store: sqliteStore({ path }), heartbeatMs })
  await using other = await openMemory({ store: sqliteStore({ path }), heartbeatMs })
  const finance = { level: 'confidential', compartments: ['finance'] } as const
  await using open = await openBoard({ memory, principal: { id: 'vera', role: 'viewer' } })
  const session = await open.json<Session>('/api/session')
  using page = readAll(await openStream(open))
  const ann = other.as({ id: 'ann', role: 'sales', clearance: finance })
  await ann.facts.set('payroll', 'Quill', { sensitivity: 'confidential', compartments: ['finance'], subject: 'p/1' })
  await Promise.all(Array.from({ length: 110 }, (_, n) => ann.facts.set(`call ${n}`, 'Quill', { subject: 'p/1' })))
  await ann.observations.log({ value: 'Quill called', subject: 'p/1' })
  await ann.facts.set('last', 1)
  await page.reader.until(({ events }) => events.some((event) => 'id' in event && event.id === 'last'))
  expect(JSON.stringify(page.reader.events)).toMatch(gone)

  const erasing = other.as({ ...officer, clearance: finance }).forget({ subject: 'p/1' }, { reason: 'asked' })
  await page.reader.until(({ all }) => all.some(({ event }) => event === 'forgotten'))
  const { erasures } = page.reader.all.find(({ event }) => event === 'forgotten')!.data as Forgotten
  expect(erasures).not.toBe(session.erasures)
  expect(whereFound(await allAnswers(open))).toEqual([])
  // The erasure itself is as confidential as what it names.
  expect(await open.json('/api/records?collection=erasures')).toEqual({ rows: [] })
  await erasing
})

it('tells a page that was away while something was forgotten, and nobody of holds', async () => {
  await using open = await openBoard()
  const ann = open.memory.as({ id: 'ann', role: 'sales', rights: ['hold'] })
  const { erasures, first } = await open.json<Session>('/api/session')
  await ann.facts.set('call', 'Quill')
  const { id } = await ann.holds.place('facts/call', { reason: 'Case 7' })
  await ann.holds.release(id, { reason: 'settled' })
  expect((await open.json<Session>('/api/session')).erasures).toBe(erasures)

  await ann.forget('facts/call', { reason: 'asked' })
  const response = await open.get(`/api/stream?after=${first}&erasures=${encodeURIComponent(erasures)}`)
  const [chunk] = await Array.fromAsync(firstEvents(response))
  const now = (await open.json<Session>('/api/session')).erasures
  expect(chunk).toBe(`event: forgotten\ndata: ${JSON.stringify({ erasures: now } satisfies Forgotten)}`)
})

/** The first event of a stream, as text. */
async function* firstEvents(response: Response): AsyncGenerator<string> {
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const [, event] = text.split('\n\n')
    if (event && text.split('\n\n').length > 2) return yield event
  }
}

it('leaves names, times and figures of live events', async () => {
  await using memory = await openMemory({ store: mapStore() })
  await using flock = await createFlock({ memory, threads: 1 })
  await using open = await openBoard({ memory, flock })
  await fail(flock, 'fail', 'Quill')
  const ann = memory.as({ id: 'ann', role: 'sales' })
  await ann.facts.set('call', 'Quill')
  await ann.forget('facts/call', { reason: 'asked' })
  const { first } = await open.json<Session>('/api/session')
  const { events } = await open.json<{ events: readonly SceneEvent[] }>(`/api/events?after=${first}`)
  const told = events.filter(({ type }) => type === 'activity')
  expect(told).toMatchObject([
    { phase: 'started', activity: 'fail' },
    { phase: 'failed', activity: 'fail' },
  ])
  expect(JSON.stringify(told)).not.toMatch(gone)
})
