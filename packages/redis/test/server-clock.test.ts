import { describe, expect, it } from 'vitest'

import { narrowOffset } from '../src/connection/server-clock.ts'

/** A server whose clock is ahead by `offset`: asked at a time of ours, it answers after `there`, which arrives after `back`. */
function answer(offset: number, askedAt: number, there: number, back: number): [number, number, number] {
  return [askedAt + there + offset, askedAt, askedAt + there + back]
}

describe('the clock of the server', () => {
  it('is known as well as the first answer tells', () => {
    expect(narrowOffset(Number.NaN, ...answer(5_000, 100, 1, 1))).toBe(5_000)
    expect(narrowOffset(Number.NaN, ...answer(5_000, 100, 0, 10))).toBe(4_995)
  })

  it('is known better after a quick answer', () => {
    const first = narrowOffset(Number.NaN, ...answer(5_000, 100, 0, 400))
    expect(first).toBe(4_800)
    expect(narrowOffset(first, ...answer(5_000, 600, 0, 1))).toBe(4_999)
  })

  it('is not spoiled by an answer that was held up on its way', () => {
    expect(narrowOffset(5_000, ...answer(5_000, 100, 0, 3_000))).toBe(5_000)
    expect(narrowOffset(5_000, ...answer(5_000, 100, 3_000, 0))).toBe(5_000)
  })

  it('follows when the clock was set', () => {
    expect(narrowOffset(5_000, ...answer(65_000, 100, 1, 1))).toBe(64_999)
    expect(narrowOffset(5_000, ...answer(-65_000, 100, 1, 1))).toBe(-64_999)
  })
})
