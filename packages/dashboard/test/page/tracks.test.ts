import { expect, it } from 'vitest'

import { Tracks } from '../../page/state/tracks.ts'
import type { Bar } from '../../page/state/tracks.ts'
import { lanesOf } from '../../page/timeline/lanes.ts'
import { endOf } from '../../page/timeline/pick-bar.ts'
import { leftOutOf, summarize, visibleTracks } from '../../page/timeline/visible-tracks.ts'
import { ended, started, tracksOf } from './fixture/track-events.ts'

/** The number of bar pairs that overlap on one level. */
function overlaps(bars: readonly Bar[], now: number): number {
  const pairs = bars.flatMap((one, index) => bars.slice(index + 1).map((other) => [one, other] as const))
  return pairs.filter(([a, b]) => a.level === b.level && a.startedAt < endOf(b, now) && b.startedAt < endOf(a, now))
    .length
}

it('adds a run to its agent from the start, and to its thread for the working time', () => {
  const tracks = new Tracks()
  const about = { type: 'activity', run: 'r', activity: 'note', agent: 'a' } as const
  tracks.add([
    { ...about, position: '1', at: 1_000, phase: 'started' },
    { ...about, position: '2', at: 5_000, phase: 'done', worker: '1', durationMs: 1_500 },
  ])
  expect(tracks.tracks.get('agent:a')?.bars).toMatchObject([{ startedAt: 1_000, endedAt: 5_000, outcome: 'done' }])
  expect(tracks.tracks.get('worker:1')?.bars).toMatchObject([{ startedAt: 3_500, endedAt: 5_000 }])
})

it('stacks concurrent runs, and reuses free levels', () => {
  const events = [started('a', 0), started('b', 10), ended('a', 20), started('c', 30), ended('c', 40), started('d', 50)]
  const { bars, levels } = tracksOf(...events).tracks.get('agent:ann') ?? { bars: [], levels: [] }
  expect(bars.map(({ run, level }) => `${run}${level}`)).toEqual(['a0', 'b1', 'c0', 'd0'])
  expect(levels).toHaveLength(2)
  expect(overlaps(bars, 60)).toBe(0)
})

it('stacks concurrent runs of a thread too, which are known only at their ends', () => {
  const events = [
    ...['a', 'b', 'c'].map((run, index) => started(run, index)),
    ended('b', 100, { worker: '1', durationMs: 90 }),
    ended('a', 110, { worker: '1', durationMs: 105 }),
    ended('c', 200, { worker: '1', durationMs: 80 }),
  ]
  const { bars } = tracksOf(...events).tracks.get('worker:1') ?? { bars: [] }
  expect(bars.map(({ run, level }) => `${run}${level}`)).toEqual(['b0', 'a1', 'c0'])
  expect(overlaps(bars, 200)).toBe(0)
})

it('limits the height of a row, however many runs it has', () => {
  const tracks = tracksOf(...Array.from({ length: 50 }, (_, index) => started(`run-${index}`, index)))
  const [lane] = lanesOf(visibleTracks(tracks, 100))
  expect(lane?.track.levels).toHaveLength(16)
  expect(lane?.height).toBeLessThan(80)
  expect(lane?.barHeight).toBeGreaterThanOrEqual(3)
  expect(overlaps(lane?.track.bars.slice(0, 15) ?? [], 100)).toBe(0)
})

it('says what a row no longer holds, and since when it is complete', () => {
  const read = (at: number) =>
    ({ type: 'read', position: '', at, agent: 'ann', collection: 'facts', id: 'x', count: 2, isHit: true }) as const
  const few = tracksOf(read(1), started('r', 1), ended('r', 2))
  expect(leftOutOf(visibleTracks(few, 10_000))).toBeUndefined()
  const many = tracksOf(...Array.from({ length: 4_001 }, (_, index) => read(index)))
  expect(leftOutOf(visibleTracks(many, 10_000))).toEqual({ rows: 1, runs: 0, marks: 2_000, until: 999 })
  const rows = visibleTracks(many, 10_000)
  expect([summarize(rows, 0, 5_000).isPart, summarize(rows, 1_000, 5_000).isPart]).toEqual([true, false])
  const busy = tracksOf(
    ...Array.from({ length: 4_001 }, (_, index) => [started(`r${index}`, index), ended(`r${index}`, index + 1)]).flat(),
  )
  expect(leftOutOf(visibleTracks(busy, 10_000))).toMatchObject({ rows: 1, runs: 1_000, marks: 0, until: 1_000 })
})
