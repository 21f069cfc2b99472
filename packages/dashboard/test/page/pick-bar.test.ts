import { expect, it } from 'vitest'

import { barTop, heightOf, laneAt, lanesOf } from '../../page/timeline/lanes.ts'
import type { Lane } from '../../page/timeline/lanes.ts'
import { barAt, countMarks, nextBar } from '../../page/timeline/pick-bar.ts'
import type { Direction } from '../../page/timeline/pick-bar.ts'
import { visibleTracks } from '../../page/timeline/visible-tracks.ts'
import { ended, started, tracksOf } from './fixture/track-events.ts'

const tracks = tracksOf(started('a', 0), started('b', 10), ended('a', 50), started('c', 0, 'bob'))
const lanes = lanesOf(visibleTracks(tracks, 100))
const [ann, bob] = lanes as [Lane, Lane]
const under = (level: number, at: number): string | undefined =>
  barAt(ann, barTop(ann, { level }) + 2, at, { now: 100, slackMs: 1 })?.bar.run

it('picks the run at a height and time', () => {
  expect([under(0, 20), under(1, 20), under(0, 51), under(0, 60), under(1, 5), under(1, 99)]).toEqual([
    'a',
    'b',
    'a',
    undefined,
    undefined,
    'b',
  ])
})

it('finds the lane at a height', () => {
  expect(laneAt(lanes, 0)).toBe(ann)
  expect(laneAt(lanes, ann.height)).toBe(bob)
  expect(laneAt(lanes, heightOf(lanes))).toBeUndefined()
})

it('steps to the next run of a row, and to neighboring rows', () => {
  const go = (...directions: readonly Direction[]): string | undefined => {
    let pick = nextBar(lanes, undefined, 'after', 100)
    for (const direction of directions) pick = nextBar(lanes, pick, direction, 100)
    return pick?.bar.run
  }
  expect([go(), go('before'), go('before', 'before'), go('after')]).toEqual(['b', 'a', 'a', 'b'])
  expect([go('below'), go('below', 'below'), go('above'), go('below', 'above')]).toEqual(['c', 'c', 'b', 'a'])
  expect(nextBar([], undefined, 'after', 100)).toBeUndefined()
})

it('counts what an agent did during a run', () => {
  const read = {
    type: 'read',
    position: '',
    agent: 'ann',
    collection: 'facts',
    id: 'x',
    count: 1,
    isHit: true,
  } as const
  const busy = tracksOf(started('a', 0), { ...read, at: 30 }, { ...read, at: 20 }, ended('a', 50), {
    ...read,
    at: 60,
  })
  expect(countMarks(busy.tracks.get('agent:ann'), 0, 50)).toEqual({ read: 2, write: 0, reuse: 0 })
  expect(countMarks(undefined, 0, 50)).toEqual({ read: 0, write: 0, reuse: 0 })
})
