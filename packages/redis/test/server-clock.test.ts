import { describe, expect, it } from 'vitest'

import { narrowOffset } from '../src/connection/server-clock.ts'

/** An answer of a server whose clock is ahead by `offset`, with the delays of both ways. */
function answer(offset: number, sentAt: number, there: number, back: number): [number, number, number] {
  return [sentAt + there + offset, sentAt, sentAt + there + back]
}

describe('The clock of the server', () => {
  it('is known as exactly as the first answer allows', () => {
    expect(narrowOffset(Number.NaN, ...answer(5_000, 100, 1, 1))).toBe(5_000)
    expect(narrowOffset(Number.NaN, ...answer(5_000, 100, 0, 10))).toBe(4_995)
  })

  it('is known more exactly after a quick answer', () => {
    const first = narrowOffset(Number.NaN, ...answer(5_000, 100, 0, 400))
    expect(first).toBe(4_800)
    expect(narrowOffset(first, ...answer(5_000, 600, 0, 1))).toBe(4_999)
  })

  it('is not affected by a delayed answer', () => {
    expect(narrowOffset(5_000, ...answer(5_000, 100, 0, 3_000))).toBe(5_000)
    expect(narrowOffset(5_000, ...answer(5_000, 100, 3_000, 0))).toBe(5_000)
  })

  it('is followed when somebody sets it', () => {
    expect(narrowOffset(5_000, ...answer(65_000, 100, 1, 1))).toBe(64_999)
    expect(narrowOffset(5_000, ...answer(-65_000, 100, 1, 1))).toBe(-64_999)
  })
})
