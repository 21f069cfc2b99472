import { expect, it } from 'vitest'

import { agentsOf, statusOfAgent } from '../../page/state/agent-status.ts'
import { SceneHistory } from '../../page/state/scene-history.ts'
import type { Scene } from '../../page/state/scene.ts'
import type { SceneEvent } from '../../src/protocol/protocol.ts'

type Told = SceneEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'position'> : never) : never

function sceneOf(...events: readonly Told[]): Scene {
  const history = new SceneHistory()
  history.append(events.map((event, index) => ({ ...event, position: `${index}` }) as SceneEvent))
  return history.head
}

const written = {
  type: 'written',
  collection: 'facts',
  version: 1,
  title: 'a',
  label: { sensitivity: 'public', compartments: [] },
  tags: [],
  derivedFrom: [],
  bytes: 1,
} as const

function statusesAt(scene: Scene, now: number): Readonly<Record<string, string>> {
  return Object.fromEntries(agentsOf(scene).map((agent) => [agent.id, statusOfAgent(agent, scene, now)]))
}

it('tells agents that work from idle ones, and from those that left no trace for a minute', () => {
  const scene = sceneOf(
    { ...written, at: 0, id: 'a', author: 'reader-1' },
    { type: 'activity', at: 50_000, run: 'r', activity: 'note', agent: 'reader-2', phase: 'started' },
    { type: 'escalation', at: 50_000, id: 'e', task: 't', state: 'open', by: 'reader-3' },
  )
  expect(statusesAt(scene, 50_000)).toEqual({ 'reader-1': 'idle', 'reader-2': 'working', 'reader-3': 'asks a person' })
  expect(statusesAt(scene, 200_000)).toEqual({ 'reader-1': 'ended', 'reader-2': 'ended', 'reader-3': 'ended' })
})

it('tells that an agent has stopped two seconds after its last read or write, however many there were', () => {
  const writes = Array.from({ length: 30 }, (_, at): Told => ({ ...written, at, id: `${at}`, author: 'reader-1' }))
  const scene = sceneOf(...writes)
  expect(statusesAt(scene, 1_000)).toEqual({ 'reader-1': 'working' })
  expect(statusesAt(scene, 2_100)).toEqual({ 'reader-1': 'idle' })
})

it('counts the agents that a flock reports, and nobody else who writes', () => {
  const scene = sceneOf(
    { type: 'agent', at: 0, agent: 'reader-1', role: 'reader', state: 'spawned' },
    { ...written, at: 1, id: 'a', author: 'ada' },
  )
  // Its flock would tell of its end.
  expect(statusesAt(scene, 600_000)).toEqual({ 'reader-1': 'idle' })
})

it('takes the role from the agent, or from an id that a flock numbered', () => {
  const scene = sceneOf(
    { type: 'agent', at: 0, agent: 'bob', role: 'clerk', state: 'spawned' },
    { ...written, at: 1, id: 'a', author: 'fact-checker-12' },
    { ...written, at: 2, id: 'b', author: 'ann' },
  )
  expect([...scene.agents.values()].map(({ id, role }) => [id, role])).toEqual([
    ['bob', 'clerk'],
    ['fact-checker-12', 'fact-checker'],
    ['ann', 'others'],
  ])
})

it('counts reads of what others wrote apart from looks at own records', () => {
  const read = { type: 'read', collection: 'facts', isHit: true } as const
  const scene = sceneOf(
    { ...written, at: 0, id: 'a', author: 'reader-1' },
    { ...read, at: 1, agent: 'reader-1', id: 'a', count: 65 },
    { ...read, at: 2, agent: 'reader-2', id: 'a', count: 1 },
    { ...read, at: 3, agent: 'reader-2', id: '', count: 9, isHit: false },
  )
  expect(scene.totals).toMatchObject({ reads: 75, shared: 1 })
  expect(scene.agents.get('reader-1')).toMatchObject({ read: 0 })
  expect(scene.records.get('facts/a')).toMatchObject({ reads: 1 })
})

it('draws a line from a result to whoever reuses it', () => {
  const id = 'public activity/note@1/abc'
  const saved = { calls: 1, ms: 5, tokens: 7, usd: 0 }
  const scene = sceneOf(
    { ...written, at: 0, collection: 'work', id, author: 'reader-1' },
    { type: 'reused', at: 1, agent: 'reader-2', work: id, title: 'note', count: 1, saved },
  )
  expect(scene.links).toMatchObject([{ reader: 'reader-2', writer: 'reader-1', key: `work/${id}` }])
})
