import { expect, it } from 'vitest'

import type { EventPage, RecordDetail, RecordRows } from '../src/index.ts'
import { openBoard } from './open-board.ts'
import type { OpenBoard } from './open-board.ts'
import { openStream } from './stream-reader.ts'

async function rowsOf(open: OpenBoard, query: string): Promise<readonly string[]> {
  const { rows } = await open.json<RecordRows>(`/api/records?${query}`)
  return rows.map(({ collection, id, title }) => `${collection} ${collection === 'facts' ? id : title}`)
}

function detailOf(open: OpenBoard, collection: string, id: string): Promise<RecordDetail> {
  return open.json(`/api/records/${collection}/${encodeURIComponent(id)}`)
}

it('lists records of one kind or all, newest first, by task, tag, author and words', async () => {
  await using open = await openBoard()
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  const bob = open.memory.as({ id: 'bob', role: 'reader' })
  await ann.facts.set('prices', 1, { task: 't1', tags: ['crm'] })
  await ann.observations.log({ task: 't1', value: 'The pricing page changed.', tags: ['web'] })
  await bob.observations.log({ task: 't2', value: 'Nobody was at home.' })
  await bob.facts.set('visits', 2, { task: 't2' })

  const all = [
    'facts visits',
    'observations Nobody was at home.',
    'observations The pricing page changed.',
    'facts prices',
  ]
  expect(await rowsOf(open, '')).toEqual(all)
  expect(await rowsOf(open, 'collection=facts')).toEqual(['facts visits', 'facts prices'])
  expect(await rowsOf(open, 'task=t1')).toEqual([all[2], all[3]])
  expect(await rowsOf(open, 'tag=crm')).toEqual([all[3]])
  expect(await rowsOf(open, 'author=bob&collection=observations')).toEqual([all[1]])
  expect(await rowsOf(open, 'q=pricing')).toEqual([all[2]])
  expect(await rowsOf(open, 'q=visit&collection=facts')).toEqual([all[0]])

  const first = await open.json<RecordRows>('/api/records?limit=3')
  expect(first.rows).toHaveLength(3)
  const second = await open.json<RecordRows>(`/api/records?limit=3&cursor=${first.cursor}`)
  expect(second.rows.map(({ id }) => id)).toEqual(['prices'])
  expect(second.cursor).toBeUndefined()
})

it('tells all about a record: versions that passed, readers, and what it holds', async () => {
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

  const detail = await detailOf(open, 'facts', 'a/b?c=%2F')
  expect(detail).toMatchObject({ version: 3, author: 'bob', value: '{"n":2}', isCut: false })
  expect(detail.history.map(({ version, author, value }) => [version, author, value])).toEqual([
    [3, 'bob', '{"n":2}'],
    [2, 'ann', '{"n":1}'],
    [1, 'ann', undefined],
  ])
  expect(detail.readers).toMatchObject([{ agent: 'bob', count: 1 }])
})

it('calls an object by its title, or by what it was put for and what it is', async () => {
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
  const { sources } = await detailOf(open, 'objects', note.id)
  expect(sources.map(({ title }) => title)).toEqual(titles.slice(1))
  const { events } = await open.json<EventPage>('/api/events')
  const written = events.flatMap((event) => (event.type === 'written' ? [event.title] : []))
  expect(written).toEqual([...titles.toReversed(), '{"mediaType":"none","size":"large"}'])
  expect((await open.json<RecordRows>('/api/records?q=example.com')).rows).toHaveLength(1)
})

it('walks the lineage both ways: to the parts behind a report, and to everything made from a part', async () => {
  await using open = await openBoard()
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  const bob = open.memory.as({ id: 'bob', role: 'writer' })
  const parts = await Promise.all(['one', 'two'].map((text) => ann.objects.put(text, { tags: [text] })))
  const notes = await Promise.all(parts.map((part, index) => ann.objects.put({ note: index }, { derivedFrom: [part] })))
  const report = await bob.objects.put({ report: true }, { derivedFrom: notes, task: 'report' })
  const { id: said } = await bob.observations.log({ task: 'report', value: 'It is done.', derivedFrom: [report] })

  const ofReport = await detailOf(open, 'objects', report.id)
  expect(ofReport.content).toEqual({ mediaType: 'application/json', text: '{"report":true}', isCut: false })
  expect(ofReport.sources.map(({ id, depth, from }) => [id, depth, from])).toEqual(
    expect.arrayContaining([
      [notes[0]?.id, 1, report.id],
      [notes[1]?.id, 1, report.id],
      [parts[0]?.id, 2, notes[0]?.id],
      [parts[1]?.id, 2, notes[1]?.id],
    ]),
  )
  expect(ofReport.sources).toHaveLength(4)
  expect(ofReport.uses).toEqual([
    { collection: 'observations', id: said, title: 'It is done.', author: 'bob', depth: 1, from: report.id },
  ])
  const ofPart = await detailOf(open, 'objects', parts[0]?.id ?? '')
  expect(ofPart.uses.map(({ id, depth, from }) => [id, depth, from])).toEqual([
    [notes[0]?.id, 1, parts[0]?.id],
    [report.id, 2, notes[0]?.id],
    [said, 3, report.id],
  ])
  const ofSaid = await detailOf(open, 'observations', said)
  expect(ofSaid.sources.map(({ id, depth, from }) => [id, depth, from])).toEqual(
    expect.arrayContaining([
      [report.id, 1, said],
      [notes[0]?.id, 2, report.id],
      [parts[0]?.id, 3, notes[0]?.id],
    ]),
  )
  expect(ofSaid.sources).toHaveLength(5)
})
