import { expect, it } from 'vitest'

import { FoldedTime } from '../../page/timeline/folded-time.ts'

it('folds idle gaps and nothing else', () => {
  const spans = [
    { from: 0, to: 1_000 },
    { from: 1_200, to: 2_000 },
    { from: 60_000, to: 61_000 },
  ]
  const folded = new FoldedTime(spans)
  expect(folded.folds).toMatchObject([{ ms: 58_000 }])
  expect(folded.length).toBeLessThan(4_000)
  for (const time of [0, 400, 1_100, 2_000, 30_000, 60_000, 61_000, 62_000]) {
    expect(folded.toTime(folded.toFolded(time))).toBeCloseTo(time, 3)
  }
})
