import { behavior, createFlock } from '@skein/core'
import type { Memory, Principal } from '@skein/memory'
import { mapStore, openMemory } from '@skein/memory'
import { Records } from '@skein/memory/runtime'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'

import { addApi } from '../src/api.ts'
import type { Session } from '../src/index.ts'
import { apiAccess } from './api-access.ts'
import { openBoard, operator } from './open-board.ts'
import type { OpenBoard } from './open-board.ts'
import { openStream } from './stream/stream-reader.ts'

/** Occurs in every part of confidential records: no answer may contain it. */
const secret = 'xyzzy-plugh'

const spyClearance = { level: 'confidential', compartments: ['finance'] } as const
const sealed = {
  sensitivity: 'confidential',
  compartments: ['finance'],
  task: `task-${secret}`,
  tags: [secret],
} as const
/** Alerts take no tags. */
const { tags: _tags, ...sealedAlert } = sealed

/** Writes records of every kind, confidential and public ones, and uses them. */
async function fill(memory: Memory): Promise<{ readonly ids: readonly string[]; readonly known: readonly string[] }> {
  const spy = memory.as({ id: 'spy', role: 'spy', clearance: spyClearance })
  const two = memory.as({ id: 'two', role: 'spy', clearance: spyClearance })
  const ann = memory.as({ id: 'ann', role: 'reader' })
  const source = await ann.objects.put('All may see this.', { task: 'open' })
  await ann.facts.set('greeting', 'hello', { task: 'open' })
  await spy.facts.set(`salary/${secret}`, `fact ${secret}`, sealed)
  await two.facts.get(`salary/${secret}`)
  const { id: seen } = await spy.observations.log({ ...sealed, value: `observed ${secret}` })
  const { id: decided } = await spy.decisions.record({ ...sealed, decision: `decided ${secret}`, reasoning: secret })
  const { id: learned } = await spy.learnings.log({
    ...sealed,
    signal: 'success',
    context: { industry: secret },
    details: secret,
  })
  const object = await spy.objects.put(`contents ${secret}`, {
    ...sealed,
    title: `all about ${secret}`,
    derivedFrom: [source],
  })
  await two.objects.get(object)
  await spy.objects.put({ about: secret }, { ...sealed, derivedFrom: [object] })
  await spy.alerts.send({ to: ['two'], insight: `alert ${secret}`, ...sealedAlert })
  const { id: asked } = await spy.escalations.open({ ...sealed, reason: `why ${secret}`, question: `may I ${secret}?` })
  await spy.escalations.open({ task: 'open', reason: 'Everybody may see this.' })
  await spy.once(`work/${secret}/1`, () => secret)
  await two.once(`work/${secret}/1`, () => secret)
  // A record that was public before.
  await ann.facts.set('plan', 'to be public')
  await spy.facts.set('plan', `plan ${secret}`, { sensitivity: 'confidential', compartments: ['finance'] })
  await spy.facts.set(`gone/${secret}`, secret, sealed)
  await spy.facts.delete(`gone/${secret}`)
  return { ids: [seen, decided, learned, object.id, asked], known: [source.id] }
}

/** All answers of the dashboard, as text. */
async function everything(open: OpenBoard, { ids, known }: Awaited<ReturnType<typeof fill>>): Promise<string> {
  const { first } = await open.json<Session>('/api/session')
  const { collections } = Records
  const paths = [
    '/api/session',
    '/api/agents',
    `/api/events?limit=1000&after=${first}`,
    '/api/records',
    `/api/records?q=observed`,
    `/api/records?q=${secret}`,
    `/api/records?task=task-${secret}`,
    `/api/records?tag=${secret}`,
    '/api/records?author=spy',
    `/api/records?asOf=${Date.now() - 1}`,
    ...collections.flatMap((name) => [
      `/api/records?collection=${name}&limit=200`,
      `/api/records?collection=${name}&q=a`,
      ...[
        ...ids,
        ...known,
        'plan',
        'greeting',
        `salary/${secret}`,
        `public work/${secret}/1`,
        `confidential+finance work/${secret}/1`,
      ].map((id) => `/api/records/${name}/${encodeURIComponent(id)}`),
    ]),
    '/api/charts/spy',
    '/api/metrics',
    '/api/prometheus',
    '/api/inbox',
    ...ids.map((id) => `/api/inbox/${encodeURIComponent(id)}`),
    '/api/export?format=html',
    '/api/export?format=jsonl',
    '/api/export?format=trace',
  ]
  const texts: string[] = []
  for (const path of paths) {
    const response = await open.get(path)
    const text = await response.text()
    // A refusal may repeat a name that the request contained.
    texts.push(response.ok ? text : (JSON.parse(text) as { code: string }).code)
  }
  const reader = await openStream(open, { after: first })
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  await ann.facts.set('last', 'word')
  await reader.until(({ events }) => events.some((event) => event.type === 'written' && event.id === 'last'))
  texts.push(JSON.stringify(reader.all))
  reader.close()
  return texts.join('\n')
}

/** The text around an occurrence, for the report of a failure. */
function around(text: string, what: string): string | undefined {
  const at = text.indexOf(what)
  return at === -1 ? undefined : text.slice(Math.max(0, at - 200), at + 100)
}

it('has a table that says of every route what it may show and take', () => {
  const app = new Hono()
  addApi(app, {} as never)
  // The rest of a path may be named by a pattern.
  const routes = app.routes.map(({ method, path }) => `${method} ${path.replace(/\{.*\}$/, '')}`)
  expect([...new Set(routes)].toSorted()).toEqual(Object.keys(apiAccess).toSorted())
})

describe('records above the clearance never leave the process', () => {
  const people: Readonly<Record<string, Principal>> = {
    'a person without clearance': { id: 'joe', role: 'person' },
    'an auditor without clearance': { id: 'joe', role: 'person', rights: ['audit', 'administer'] },
    'the level without the compartment': {
      id: 'joe',
      role: 'person',
      clearance: { level: 'confidential', compartments: ['sales'] },
      rights: ['audit'],
    },
    'the compartment without the level': {
      id: 'joe',
      role: 'person',
      clearance: { level: 'internal', compartments: ['finance'] },
      rights: ['audit'],
    },
  }
  it.each(Object.entries(people))('%s', async (_, principal) => {
    await using open = await openBoard({ principal, allowAnswers: true })
    const filled = await fill(open.memory)
    const text = await everything(open, filled)
    expect(around(text, 'greeting')).toBeDefined()
    expect(around(text, 'Everybody may see this.')).toBeDefined()
    expect(around(text, secret)).toBeUndefined()
    for (const id of filled.ids) expect(around(text, id)).toBeUndefined()
    // Nor can they be changed.
    const asked = filled.ids.at(-1) ?? ''
    for (const action of [{ do: 'take' }, { do: 'answer', answer: '1' }, { do: 'hand-back', why: 'no' }]) {
      expect((await open.post(`/api/inbox/${asked}`, action)).status).toBe(404)
    }
  })

  it('except for viewers who are cleared', async () => {
    await using open = await openBoard()
    const filled = await fill(open.memory)
    const text = await everything(open, filled)
    for (const word of ['fact', 'observed', 'decided', 'contents', 'alert', 'why'])
      expect(around(text, `${word} ${secret}`)).toBeDefined()
  })

  it('nor do reports of agents above it', async () => {
    await using memory = await openMemory({ store: mapStore() })
    await using flock = await createFlock({ memory, threads: 1 })
    await using plain = await openBoard({ memory, flock, principal: { id: 'joe', role: 'person', rights: ['audit'] } })
    await using cleared = await openBoard({ memory, flock, principal: operator })
    const failing = behavior({
      role: 'clerk',
      initial: 0,
      receive: (): number => {
        throw new Error(`could not file ${secret}`)
      },
    })
    const readers = await Promise.all([openStream(plain), openStream(cleared)])
    const clerk = flock.spawn(failing, { id: 'clerk', clearance: spyClearance })
    clerk.send({ type: 'file' } as never)
    await clerk.done.catch(() => {})
    flock.spawn(behavior({ role: 'open', initial: 0, receive: (n: number) => n }), { id: 'last' })
    for (const reader of readers) {
      await reader.until(({ events }) => events.some((event) => event.type === 'agent' && event.agent === 'last'))
    }
    const [plainText, clearedText] = readers.map(({ events }) => JSON.stringify(events))
    expect(plainText).toContain('"failed"')
    expect(plainText).not.toContain(secret)
    expect(clearedText).toContain(`could not file ${secret}`)
  })
})

it('passes hostile values through as data only', async () => {
  await using open = await openBoard()
  const hostile = [
    '<script>alert(1)</script>',
    '</script><img src=x onerror=alert(1)>',
    '<!--<script>',
    '\u202Eevil\u202C',
    'data: x\n\nevent: close\ndata: {}\n\n',
    'long'.repeat(250_000),
    '__proto__',
    '\u2028\u2029\0\u001B[2J',
  ]
  const reader = await openStream(open)
  for (const [index, text] of hostile.entries()) {
    const eve = open.memory.as({ id: text.slice(0, 200), role: 'eve' })
    const short = text.slice(0, 500)
    await eve.facts.set(short, text, { task: short, tags: [short] })
    await eve.observations.log({ task: short, tags: [short], value: { [short]: text } })
    await eve.objects.put(text, { task: short, mediaType: 'text/html' })
    await eve.escalations.open({ task: `${index}`, reason: text.slice(0, 90_000), question: short })
  }
  await reader.until(({ events }) => events.filter(({ type }) => type === 'escalation').length === hostile.length)
  expect(reader.all.filter(({ event }) => event !== 'frame')).toEqual([])
  const facts = reader.events.filter((event) => event.type === 'written' && event.collection === 'facts')
  expect(facts.map((event) => event.type === 'written' && event.id)).toEqual(hostile.map((text) => text.slice(0, 500)))
  for (const event of reader.events) if (event.type === 'written') expect(event.title.length).toBeLessThanOrEqual(160)

  for (const text of hostile) {
    const detail = await open.get(`/api/records/facts/${encodeURIComponent(text.slice(0, 500))}`)
    expect(detail.headers.get('content-type')).toBe('application/json')
    const { value, isCut } = (await detail.json()) as { value: string; isCut: boolean }
    expect(value).toBe(JSON.stringify(text).slice(0, 200_000))
    expect(isCut).toBe(text.length > 200_000)
  }
  const html = await (await open.get('/api/export?format=html')).text()
  const data = /<script type="application\/json" id="exported-run">(.*?)<\/script>/s.exec(html)?.[1] ?? ''
  expect(JSON.parse(data)).toHaveProperty('events')
  expect(html).not.toContain('<script>alert')
  expect(html).not.toContain('<img src=x')
})
