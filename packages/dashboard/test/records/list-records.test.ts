import { expect, it } from 'vitest'

import type { RecordRows } from '../../src/index.ts'
import { openBoard } from '../open-board.ts'
import type { OpenBoard } from '../open-board.ts'

async function rowsOf(open: OpenBoard, query: string): Promise<readonly string[]> {
  const { rows } = await open.json<RecordRows>(`/api/records?${query}`)
  return rows.map(({ collection, id, title }) => `${collection} ${collection === 'facts' ? id : title}`)
}

it('lists records of one collection or all, newest first, by task, tag, author and words', async () => {
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
