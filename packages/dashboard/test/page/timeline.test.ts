import { describe, expect, it } from 'vitest'

import { barTop, heightOf, laneAt, lanesOf } from '../../page/timeline/lanes.ts'
import type { Lane } from '../../page/timeline/lanes.ts'
import { barAt, endOf, meanwhile, nextBar } from '../../page/timeline/pick-bar.ts'
import type { Way } from '../../page/timeline/pick-bar.ts'
import { Tracks } from '../../page/state/tracks.ts'
import type { Bar } from '../../page/state/tracks.ts'
import { visibleTracks } from '../../page/timeline/visible-tracks.ts'
import type { SceneEvent } from '../../src/protocol/protocol.ts'

type Activity = Extract<SceneEvent, { readonly type: 'activity' }>

function started(run: string, at: number, agent = 'ann'): SceneEvent {
  return { type: 'activity', position: '', at, run, activity: 'note', agent, phase: 'started' }
}

function ended(run: string, at: number, told: Partial<Activity> = {}): SceneEvent {
  return { type: 'activity', position: '', at, run, activity: 'note', agent: 'ann', phase: 'done', ...told }
}

function tracksOf(...events: readonly SceneEvent[]): Tracks {
  const tracks = new Tracks()
  tracks.add(events)
  return tracks
}

function lanesAt(tracks: Tracks, now: number): readonly Lane[] {
  return lanesOf(visibleTracks(tracks, now))
}

/** Pairs of bars that lie on the same level at the same time. */
function covered(bars: readonly Bar[], now: number): number {
  const pairs = bars.flatMap((one, index) => bars.slice(index + 1).map((other) => [one, other] as const))
  return pairs.filter(([a, b]) => a.level === b.level && a.startedAt < endOf(b, now) && b.startedAt < endOf(a, now))
    .length
}

describe('runs of the same time', () => {
  it('lie under each other, and a place that is free is used again', () => {
    const events = [
      started('a', 0),
      started('b', 10),
      ended('a', 20),
      started('c', 30),
      ended('c', 40),
      started('d', 50),
    ]
    const { bars, levels } = tracksOf(...events).tracks.get('agent:ann') ?? { bars: [], levels: [] }
    expect(bars.map(({ run, level }) => `${run}${level}`)).toEqual(['a0', 'b1', 'c0', 'd0'])
    expect(levels).toHaveLength(2)
    expect(covered(bars, 60)).toBe(0)
  })

  it('lie under each other in a thread too, where they are told of at their ends', () => {
    const events = [
      ...['a', 'b', 'c'].map((run, index) => started(run, index)),
      ended('b', 100, { worker: '1', durationMs: 90 }),
      ended('a', 110, { worker: '1', durationMs: 105 }),
      ended('c', 200, { worker: '1', durationMs: 80 }),
    ]
    const { bars } = tracksOf(...events).tracks.get('worker:1') ?? { bars: [] }
    expect(bars.map(({ run, level }) => `${run}${level}`)).toEqual(['b0', 'a1', 'c0'])
    expect(covered(bars, 200)).toBe(0)
  })

  it('make a row no higher than some lines of text, however many there are', () => {
    const tracks = tracksOf(...Array.from({ length: 50 }, (_, index) => started(`run-${index}`, index)))
    const [lane] = lanesAt(tracks, 100)
    expect(lane?.track.levels).toHaveLength(16)
    expect(lane?.height).toBeLessThan(80)
    expect(lane?.barHeight).toBeGreaterThanOrEqual(3)
    expect(covered(lane?.track.bars.slice(0, 15) ?? [], 100)).toBe(0)
  })
})

describe('a run that is pointed at', () => {
  const tracks = tracksOf(started('a', 0), started('b', 10), ended('a', 50), started('c', 0, 'bob'))
  const lanes = lanesAt(tracks, 100)
  const [ann, bob] = lanes as [Lane, Lane]
  const under = (level: number, at: number): string | undefined =>
    barAt(ann, barTop(ann, { level }) + 2, at, { now: 100, slackMs: 1 })?.bar.run

  it('is the one at its height and time', () => {
    expect([under(0, 20), under(1, 20), under(0, 51), under(0, 60), under(1, 5), under(1, 99)]).toEqual([
      'a',
      'b',
      'a',
      undefined,
      undefined,
      'b',
    ])
  })

  it('is looked for in the lane of its row', () => {
    expect(laneAt(lanes, 0)).toBe(ann)
    expect(laneAt(lanes, ann.height)).toBe(bob)
    expect(laneAt(lanes, heightOf(lanes))).toBeUndefined()
  })

  it('is followed by the next in its row, and has neighbours in the rows beside it', () => {
    const go = (...ways: readonly Way[]): string | undefined => {
      let pick = nextBar(lanes, undefined, 'after', 100)
      for (const way of ways) pick = nextBar(lanes, pick, way, 100)
      return pick?.bar.run
    }
    expect([go(), go('before'), go('before', 'before'), go('after')]).toEqual(['b', 'a', 'a', 'b'])
    expect([go('below'), go('below', 'below'), go('above'), go('below', 'above')]).toEqual(['c', 'c', 'b', 'a'])
    expect(nextBar([], undefined, 'after', 100)).toBeUndefined()
  })

  it('is told with what its agent did meanwhile', () => {
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
    expect(meanwhile(busy.tracks.get('agent:ann'), 0, 50)).toEqual({ read: 2, write: 0, reuse: 0 })
    expect(meanwhile(undefined, 0, 50)).toEqual({ read: 0, write: 0, reuse: 0 })
  })
})
