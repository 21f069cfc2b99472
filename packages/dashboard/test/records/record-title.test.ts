import { expect, it } from 'vitest'

import type { EventPage, RecordDetail, RecordRows } from '../../src/index.ts'
import { openBoard } from '../open-board.ts'

it('is the title of an object, or what it was put for and what it is', async () => {
  await using open = await openBoard()
  const { objects, observations } = open.memory.as({ id: 'ann', role: 'reader' })
  const task = 'f'.repeat(64)
  const page = await objects.put('The page.', { title: 'https://example.com/a', tags: ['source'], task })
  const part = await objects.put('A part.', { tags: ['part'], task: 'report', derivedFrom: [page] })
  const note = await objects.put({ a: 1 }, { task, derivedFrom: [part] })
  await observations.log({ task, value: { mediaType: 'none', size: 'large' } })
  const { rows } = await open.json<RecordRows>('/api/records?collection=objects')
  const titles = ['application/json, 7 bytes', 'part · report · text/plain, 7 bytes', 'https://example.com/a']
  expect(rows.map(({ title }) => title)).toEqual(titles)
  const { sources } = await open.json<RecordDetail>(`/api/records/objects/${note.id}`)
  expect(sources.map(({ title }) => title)).toEqual(titles.slice(1))
  const { events } = await open.json<EventPage>('/api/events')
  const written = events.flatMap((event) => (event.type === 'written' ? [event.title] : []))
  expect(written).toEqual([...titles.toReversed(), '{"mediaType":"none","size":"large"}'])
  expect((await open.json<RecordRows>('/api/records?q=example.com')).rows).toHaveLength(1)
})
