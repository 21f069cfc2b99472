import { expect, it } from 'vitest'

import type { InboxDetail, InboxItem, Metrics, Problem } from '../src/index.ts'
import { openBoard } from './open-board.ts'
import type { OpenBoard } from './open-board.ts'
import { openStream } from './stream/stream-reader.ts'

async function openEscalation({ memory }: OpenBoard): Promise<string> {
  const ann = memory.as({ id: 'ann', role: 'sales' })
  await ann.observations.log({ task: 't1', value: 'They asked for 20 %.' })
  const { id } = await ann.escalations.open({ task: 't1', reason: 'Above my limit.', question: 'Grant 20 %?' })
  return id
}

async function act(open: OpenBoard, id: string, action: unknown): Promise<{ status: number; body: unknown }> {
  const response = await open.post(`/api/inbox/${id}`, action)
  return { status: response.status, body: await response.json() }
}

const conflict = { status: 409, body: expect.objectContaining({ code: 'DASHBOARD_CONFLICT' }) as Problem }

it('shows an escalation with its package, and resumes the waiting agent with the answer', async () => {
  await using open = await openBoard({ allowAnswers: true })
  const reader = await openStream(open)
  const id = await openEscalation(open)
  const ann = open.memory.as({ id: 'ann', role: 'sales' })
  const answered = ann.escalations.answered(id)
  expect(await open.json<InboxItem[]>('/api/inbox')).toMatchObject([
    { id, version: 1, state: 'open', task: 't1', reason: 'Above my limit.', question: 'Grant 20 %?', openedBy: 'ann' },
  ])
  const { item, packaged, timeline } = await open.json<InboxDetail>(`/api/inbox/${id}`)
  expect(item.id).toBe(id)
  const observations = packaged.find(({ collection }) => collection === 'observations')
  expect(observations?.items).toMatchObject([{ author: 'ann', value: '"They asked for 20 %."' }])
  expect(timeline.map(({ collection }) => collection)).toEqual(['observations', 'escalations'])

  expect(await act(open, id, { do: 'take', version: 1 })).toMatchObject({
    status: 200,
    body: { state: 'taken', takenBy: 'ada' },
  })
  expect(await act(open, id, { do: 'release' })).toMatchObject({ status: 200, body: { state: 'open' } })
  expect(await act(open, id, { do: 'answer', answer: '{"granted":true}' })).toMatchObject({
    status: 200,
    body: { state: 'answered', answer: '{"granted":true}' },
  })
  expect(await answered).toMatchObject({ answer: { granted: true } })
  await reader.until(({ events }) => events.some((event) => event.type === 'escalation' && event.state === 'answered'))
  expect(reader.events.flatMap((event) => (event.type === 'escalation' ? [`${event.state} ${event.by}`] : []))).toEqual(
    ['open ann', 'taken ada', 'open ada', 'answered ada'],
  )
})

it('refuses a second answer, and an action on a version that has changed since', async () => {
  await using open = await openBoard({ allowAnswers: true })
  const id = await openEscalation(open)
  await act(open, id, { do: 'take' })
  expect(await act(open, id, { do: 'answer', answer: '1', version: 1 })).toEqual(conflict)
  expect(await act(open, id, { do: 'take' })).toEqual(conflict)
  const both = await Promise.all(['1', '2'].map((answer) => act(open, id, { do: 'answer', answer })))
  expect(both.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 409]))
  expect(await act(open, id, { do: 'hand-back', why: 'no' })).toEqual(conflict)
  expect(await act(open, id, { do: 'answer', answer: 'not JSON' })).toMatchObject({ status: 400 })
})

it('refuses actions on what another person has taken', async () => {
  await using open = await openBoard({ allowAnswers: true })
  const id = await openEscalation(open)
  const eve = open.memory.as({ id: 'eve', role: 'support' })
  await eve.escalations.take(id)
  for (const action of [{ do: 'release' }, { do: 'answer', answer: '1' }, { do: 'hand-back', why: 'mine' }]) {
    expect(await act(open, id, action)).toEqual(conflict)
  }
  await eve.escalations.release(id)
  expect(await act(open, id, { do: 'hand-back', why: 'Decide yourselves.' })).toMatchObject({
    status: 200,
    body: { state: 'handed-back', answer: '"Decide yourselves."' },
  })
})

it('declines with a reason that reaches the waiting agent', async () => {
  await using open = await openBoard({ allowAnswers: true })
  const reader = await openStream(open)
  const id = await openEscalation(open)
  const answered = open.memory.as({ id: 'ann', role: 'sales' }).escalations.answered(id)
  for (const action of [
    { do: 'decline' },
    { do: 'decline', why: 1 },
    { do: 'refuse', why: 'no' },
    { do: 'toString' },
  ]) {
    expect(await act(open, id, action)).toMatchObject({ status: 400 })
  }
  await act(open, id, { do: 'take' })
  expect(await act(open, id, { do: 'decline', why: 'Ten at most.' })).toMatchObject({
    status: 200,
    body: { state: 'declined', answer: '"Ten at most."' },
  })
  expect(await answered).toMatchObject({ state: 'declined', answer: 'Ten at most.' })
  expect(await act(open, id, { do: 'answer', answer: '1' })).toEqual(conflict)
  await reader.until(({ events }) => events.some((event) => event.type === 'escalation' && event.state === 'declined'))
  const states = reader.events.flatMap((event) => (event.type === 'escalation' ? [event.state] : []))
  expect(states).toEqual(['open', 'taken', 'declined'])
  const { escalationRate } = await open.json<Metrics>('/api/metrics')
  expect(escalationRate).toBe(1)
})

it('is read-only unless answers are allowed', async () => {
  await using open = await openBoard()
  const id = await openEscalation(open)
  expect(await act(open, id, { do: 'take' })).toMatchObject({ status: 403, body: { code: 'DASHBOARD_READ_ONLY' } })
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    for (const path of [
      '/api/records/facts/x',
      '/api/records',
      '/api/session',
      '/api/events',
      `/api/inbox/${id}/x`,
      '/',
    ]) {
      const response = await fetch(`${open.origin}${path}`, { method, headers: { cookie: open.cookie } })
      expect({ method, path, status: response.status }).toEqual({ method, path, status: 404 })
    }
  }
  expect(await open.json<InboxItem[]>('/api/inbox')).toMatchObject([{ state: 'open', version: 1 }])
})
