import { expect, it } from 'vitest'

import type { RecordDetail, RecordRows } from '../../src/index.ts'
import { openBoard } from '../open-board.ts'
import { openStream } from '../stream/stream-reader.ts'

it('shows the value, cached versions and readers of a record', async () => {
  await using open = await openBoard()
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  const bob = open.memory.as({ id: 'bob', role: 'writer' })
  await ann.facts.set('a/b?c=%2F', { n: 0 }, { importance: 0.5, ttlMs: 60_000 })
  const reader = await openStream(open)
  await ann.facts.set('a/b?c=%2F', { n: 1 })
  await reader.until(({ events }) => events.some(({ type }) => type === 'written'))
  await bob.facts.set('a/b?c=%2F', { n: 2 })
  await reader.until(({ events }) => events.filter(({ type }) => type === 'written').length === 2)
  await bob.facts.get('a/b?c=%2F')

  const detail = await open.json<RecordDetail>(`/api/records/facts/${encodeURIComponent('a/b?c=%2F')}`)
  expect(detail).toMatchObject({ version: 3, author: 'bob', value: '{"n":2}', isCut: false })
  expect(detail.history.map(({ version, author, value }) => [version, author, value])).toEqual([
    [3, 'bob', '{"n":2}'],
    [2, 'ann', '{"n":1}'],
    [1, 'ann', '{"n":0}'],
  ])
  expect(detail.readers).toMatchObject([{ agent: 'bob', count: 1 }])
})

it('shows earlier versions of a fact and its deletes, and the memory as it was', async () => {
  await using open = await openBoard()
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  const { updatedAt } = await ann.facts.set('price', 10)
  await expect.poll(() => Date.now()).toBeGreaterThan(updatedAt)
  await ann.facts.delete('price')
  await ann.facts.set('price', 12)
  await ann.observations.log({ value: 'It rose.' })

  const { history } = await open.json<RecordDetail>('/api/records/facts/price')
  expect(history.map(({ version, value, isDeleted }) => [version, value ?? isDeleted])).toEqual([
    [3, '12'],
    [2, true],
    [1, '10'],
  ])
  expect((await open.json<RecordDetail>(`/api/records/facts/price?asOf=${updatedAt}`)).value).toBe('10')
  const { rows } = await open.json<RecordRows>(`/api/records?asOf=${updatedAt}&collection=facts,observations`)
  expect(rows.map(({ collection, version }) => `${collection} ${version}`)).toEqual(['facts 1'])
  expect((await open.get('/api/records?asOf=soon')).status).toBe(400)
})
