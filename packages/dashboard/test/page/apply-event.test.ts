import { expect, it } from 'vitest'

import { SceneHistory } from '../../page/state/scene-history.ts'
import { isAlive } from '../../page/state/scene.ts'

it('adds agents whose start was missed, and tracks when records expire', () => {
  const history = new SceneHistory()
  const written = {
    type: 'written',
    collection: 'facts',
    id: 'a',
    version: 1,
    author: 'scout-1',
    title: 'a',
  } as const
  const label = { sensitivity: 'public', compartments: [] } as const
  const rest = { label, tags: [], derivedFrom: [], bytes: 1 }
  history.append([
    { ...written, ...rest, position: '1', at: 10, expiresAt: 100 },
    { type: 'read', position: '2', at: 20, agent: 'x-2', collection: 'facts', id: 'a', count: 2, isHit: true },
  ])
  expect(history.head.agents.get('scout-1')).toMatchObject({ role: 'scout', wrote: 1 })
  expect(history.head.links).toMatchObject([{ reader: 'x-2', writer: 'scout-1', key: 'facts/a' }])
  const record = history.head.records.get('facts/a')
  expect(record && [isAlive(record, 99), isAlive(record, 100)]).toEqual([true, false])
})
