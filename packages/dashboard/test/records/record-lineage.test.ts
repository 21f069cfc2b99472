import { expect, it } from 'vitest'

import type { RecordDetail, RecordRows } from '../../src/index.ts'
import { openBoard } from '../open-board.ts'
import type { OpenBoard } from '../open-board.ts'

function detailOf(open: OpenBoard, collection: string, id: string): Promise<RecordDetail> {
  return open.json(`/api/records/${collection}/${id}`)
}

it('leads from a report to the parts behind it, and from a part to everything made from it', async () => {
  await using open = await openBoard()
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  const bob = open.memory.as({ id: 'bob', role: 'writer' })
  const parts = await Promise.all(['one', 'two'].map((text) => ann.objects.put(text, { tags: [text] })))
  const notes = await Promise.all(parts.map((part, index) => ann.objects.put({ note: index }, { derivedFrom: [part] })))
  const report = await bob.objects.put({ report: true }, { derivedFrom: notes, task: 'report' })
  const { id: observation } = await bob.observations.log({
    task: 'report',
    value: 'It is done.',
    derivedFrom: [report],
  })

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
    { collection: 'observations', id: observation, title: 'It is done.', author: 'bob', depth: 1, from: report.id },
  ])
  const ofPart = await detailOf(open, 'objects', parts[0]?.id ?? '')
  expect(ofPart.uses.map(({ id, depth, from }) => [id, depth, from])).toEqual([
    [notes[0]?.id, 1, parts[0]?.id],
    [report.id, 2, notes[0]?.id],
    [observation, 3, report.id],
  ])
  const ofObservation = await detailOf(open, 'observations', observation)
  expect(ofObservation.sources.map(({ id, depth, from }) => [id, depth, from])).toEqual(
    expect.arrayContaining([
      [report.id, 1, observation],
      [notes[0]?.id, 2, report.id],
      [parts[0]?.id, 3, notes[0]?.id],
    ]),
  )
  expect(ofObservation.sources).toHaveLength(5)
})

it('leads from an entry to what it rests on, held or not, and to what rests on it', async () => {
  await using open = await openBoard()
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  const { id } = await ann.observations.log({ value: 'Acme is for sale' })
  const source = `observations/${id}`
  const { id: decision } = await ann.decisions.record({
    task: 't',
    decision: 'Bid',
    reasoning: 'It is for sale.',
    derivedFrom: [source],
  })
  await ann.facts.set('bid', 10, { derivedFrom: [source] })
  const ref = await ann.objects.put('an offer', { derivedFrom: [source] })
  await ann.observations.supersede(id, { value: 'Acme is not for sale' })

  const ofDecision = await detailOf(open, 'decisions', decision)
  expect(ofDecision.sources).toEqual([
    {
      collection: 'observations',
      id,
      title: 'Acme is for sale',
      author: 'ann',
      depth: 1,
      from: decision,
      state: expect.objectContaining({ kind: 'superseded' }),
    },
  ])
  const ofObservation = await detailOf(open, 'observations', id)
  expect(ofObservation.uses.map((use) => [use.collection, use.id, use.depth, use.from, use.state?.kind])).toEqual(
    expect.arrayContaining([
      ['decisions', decision, 1, id, 'in-doubt'],
      ['facts', 'bid', 1, id, 'in-doubt'],
      ['objects', ref.id, 1, id, 'in-doubt'],
    ]),
  )
  expect(ofObservation.uses).toHaveLength(3)
  // Without a reason, a correction says what was done to which.
  const { rows } = await open.json<RecordRows>('/api/records?collection=corrections')
  expect(rows.map(({ title }) => title)).toEqual([`superseded ${source}`])
})
