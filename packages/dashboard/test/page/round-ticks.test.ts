import { expect, it } from 'vitest'

import { chartScale } from '../../page/metrics/chart-scale.ts'
import { axisTicks } from '../../page/timeline/axis-ticks.ts'
import { FoldedTime } from '../../page/timeline/folded-time.ts'
import { roundTimes, tickTime } from '../../page/ui/round-ticks.ts'

it('labels values with distinct whole numbers', () => {
  expect(chartScale([0, 1], [[0, 0.4]]).ticks).toEqual([0, 1])
  expect(chartScale([0, 1], [[3]]).ticks).toEqual([0, 1, 2, 3])
  expect(chartScale([0, 1], [[68]]).ticks).toEqual([0, 20, 40, 60, 80])
})

it('labels times at round values of a clock', () => {
  const from = new Date(2026, 0, 1, 10, 0, 3, 19).getTime()
  expect(roundTimes(from, from + 2_600, 6).map(tickTime)).toEqual([
    '10:00:03.500',
    '10:00:04',
    '10:00:04.500',
    '10:00:05',
    '10:00:05.500',
  ])
  expect(roundTimes(from, from + 9 * 60_000, 5).map(tickTime)).toEqual(['10:02:00', '10:04:00', '10:06:00', '10:08:00'])
})

it('labels both sides of a fold, and nothing within it', () => {
  const from = new Date(2026, 0, 1, 10).getTime()
  const later = from + 5 * 86_400_000
  const folded = new FoldedTime([
    { from, to: from + 3_000 },
    { from: later, to: later + 3_000 },
  ])
  const ticks = axisTicks(folded, { from: 0, to: folded.length }, 7)
  expect(ticks.map(({ time }) => tickTime(time))).toEqual([
    '10:00:00',
    '10:00:01',
    '10:00:02',
    '10:00:03',
    '10:00:00',
    '10:00:01',
    '10:00:02',
    '10:00:03',
  ])
})
