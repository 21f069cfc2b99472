import { expect, it } from 'vitest'

import { openBoard, operator } from '../open-board.ts'
import { openStream } from './stream-reader.ts'

it('shows records as they are written', async () => {
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

it('shows reads to auditors, and reuses to everybody', async () => {
  await using open = await openBoard()
  const reader = await openStream(open)
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  const bob = open.memory.as({ id: 'bob', role: 'reader' })
  await ann.facts.set('greeting', 'hello')
  await bob.facts.get('greeting')
  await ann.once('sum/v1/1', ({ reportUsage }) => (reportUsage({ outputTokens: 12, usd: 0.5 }), 3))
  await bob.once('sum/v1/1', () => 3)
  await reader.until(({ events }) => events.some(({ type }) => type === 'reused'))
  await reader.until(({ events }) => events.some((event) => event.type === 'read' && event.id === 'greeting'))
  expect(reader.events).toContainEqual(
    expect.objectContaining({ type: 'read', agent: 'bob', collection: 'facts', id: 'greeting', count: 1, isHit: true }),
  )
  expect(reader.events).toContainEqual(
    expect.objectContaining({
      type: 'reused',
      agent: 'bob',
      work: 'public sum/v1/1',
      title: 'sum/v1/1',
      saved: expect.objectContaining({ tokens: 12, usd: 0.5 }),
    }),
  )
  // The dashboard's own reads are left out.
  expect(reader.events.filter((event) => event.type === 'read' && event.agent === operator.id)).toEqual([])
})
