import { expect, it } from 'vitest'

import { SceneHistory } from '../../page/state/scene-history.ts'
import type { SceneEvent } from '../../src/protocol/protocol.ts'
import { FixtureFlock } from './fixture/fixture-flock.ts'

/** Events of a generated flock, with their positions. */
function someEvents(count: number): SceneEvent[] {
  const flock = new FixtureFlock({ seed: 3, agents: 12, tasks: 3, objects: 40 })
  const events = [...flock.spawn(1_000), ...flock.step(2_000, count / 2), ...flock.step(9_000, count / 2)]
  return events.map((event, index) => ({ ...event, position: `${index + 1}` }) as SceneEvent)
}

const events = someEvents(1_000)

it('folds the events up to any moment, whatever the order of requests', () => {
  const history = new SceneHistory({ stride: 64 })
  history.append(events)
  for (const index of [900, 10, 500, 501, 64, 63, 0, events.length]) {
    const fresh = new SceneHistory()
    fresh.append(events.slice(0, index))
    expect(history.at(index)).toEqual(fresh.head)
  }
})

it('keeps a past moment unchanged when events come in', () => {
  const history = new SceneHistory({ stride: 100 })
  history.append(events.slice(0, 300))
  const before = structuredClone(history.at(250))
  history.append(events.slice(300))
  expect(history.at(250)).toEqual(before)
})

it('adds each event once, however often it arrives', () => {
  const history = new SceneHistory()
  history.append(events.slice(0, 100))
  expect(history.append(events.slice(50, 150))).toHaveLength(50)
  expect(history.head.count).toBe(150)
})

it('drops its oldest events beyond the limit, and stays correct', () => {
  const history = new SceneHistory({ maxEvents: 400, stride: 50 })
  for (let index = 0; index < events.length; index += 20) history.append(events.slice(index, index + 20))
  expect(history.length).toBeLessThanOrEqual(400)
  expect(history.forgotten + history.length).toBe(events.length)
  const fresh = new SceneHistory()
  fresh.append(events.slice(0, history.forgotten + 10))
  expect(history.at(10)).toEqual(fresh.head)
})
