import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { enter, hold, leave, stay } from '../../src/limits/rate-limit.ts'
import type { LimitState, RateLimits } from '../../src/limits/rate-limit.ts'

const leaseMs = 900
const step = (id: string, tokens = 0) => ({ id, tokens, leaseMs })

/** Lets calls in that come at these times; gives when they may begin. */
function starts(limits: RateLimits, arrivals: readonly number[], tokens = 0): number[] {
  let state: LimitState | undefined
  return arrivals.map((now, index) => {
    const entered = enter(state, limits, step(String(index), tokens), now)
    state = entered.state
    return (entered.result as { startAt: number }).startAt
  })
}

function mostInAMinute(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length))
}

describe('a limit of requests', () => {
  it('lets a tenth of a minute through at once, and spreads the rest', () => {
    const times = starts(
      { requestsPerMinute: 100 },
      Array.from({ length: 12 }, () => 0),
    )
    expect(times.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0))
    expect(times[10]).toBeGreaterThan(0)
    expect(times[11]).toBeGreaterThan(times[10] ?? 0)
  })

  it('is never exceeded in any minute, in whatever rhythm calls come, and keeps their order', () => {
    const arrivals = fc.array(fc.nat(20_000), { maxLength: 120 }).map((gaps) => {
      let now = 0
      return gaps.map((gap) => (now += gap))
    })
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 60 }), (times, requestsPerMinute) => {
        const begun = starts({ requestsPerMinute }, times)
        expect(begun).toEqual(begun.toSorted((a, b) => a - b))
        if (begun.length > 0) expect(mostInAMinute(begun)).toBeLessThanOrEqual(requestsPerMinute)
      }),
    )
  })

  it('is not used up by a call that never began', () => {
    const limits = { requestsPerMinute: 1 }
    const { state } = enter(undefined, limits, step('a'), 1_000)
    const second = enter(state, limits, step('b'), 1_000)
    expect(second.result).toEqual({ startAt: 61_000 })
    const gone = leave(second.state, limits, { id: 'b', tokens: 0, used: undefined })
    expect(enter(gone.state, limits, step('c'), 1_000).result).toEqual({ startAt: 61_000 })
  })
})

describe('a limit of tokens', () => {
  it('spreads calls by their estimates, and corrects these by actual use', () => {
    const limits = { tokensPerMinute: 6_000 }
    const first = enter(undefined, limits, step('a', 600), 1_000)
    expect(first.result).toEqual({ startAt: 1_000 })
    const late = enter(first.state, limits, step('b', 600), 1_000).result as { startAt: number }
    expect(late.startAt).toBeGreaterThan(1_000)
    const corrected = leave(first.state, limits, { id: 'a', tokens: 600, used: 60 })
    const sooner = enter(corrected.state, limits, step('b', 600), 1_000).result as { startAt: number }
    expect(sooner.startAt).toBeLessThan(late.startAt)
    const dearer = leave(first.state, limits, { id: 'a', tokens: 600, used: 1_200 })
    expect((enter(dearer.state, limits, step('b', 600), 1_000).result as { startAt: number }).startAt).toBeGreaterThan(
      late.startAt,
    )
  })

  it('admits a call that is larger than a whole minute when nothing else runs', () => {
    expect(starts({ tokensPerMinute: 100 }, [5_000, 5_000], 1_000)).toEqual(
      [5_000, 5_000 + 1_000 * (60_000 / 91)].map(Math.ceil),
    )
  })
})

describe('a limit of calls under way', () => {
  const limits = { parallel: 2 }

  it('admits the next one when one ends, first come, first served', () => {
    let { state } = enter(undefined, limits, step('a'), 0)
    state = enter(state, limits, step('b'), 0).state
    const c = enter(state, limits, step('c'), 1)
    expect(c.result).toHaveProperty('waitMs')
    const d = enter(c.state, limits, step('d'), 2)
    state = leave(d.state, limits, { id: 'a', tokens: 0, used: 0 }).state
    expect(enter(state, limits, step('d'), 3).result).toHaveProperty('waitMs')
    const entered = enter(state, limits, step('c'), 3)
    expect(entered.result).toEqual({ startAt: 3 })
    expect(entered.state?.waiting.map(({ id }) => id)).toEqual(['d'])
  })

  it('needs no write while it waits', () => {
    let { state } = enter(undefined, { parallel: 1 }, step('a'), 0)
    state = enter(state, { parallel: 1 }, step('b'), 0).state
    expect(enter(state, { parallel: 1 }, step('b'), 1).state).toBe(state)
  })

  it('forgets the calls and the places of a killed process when their leases end', () => {
    let { state } = enter(undefined, { parallel: 1 }, step('killed'), 0)
    state = enter(state, { parallel: 1 }, step('killed too'), 0).state
    state = enter(state, { parallel: 1 }, step('c'), 0).state
    state = stay(state, step('killed'), 500).state
    expect(enter(state, { parallel: 1 }, step('c'), leaseMs + 1).result).toHaveProperty('waitMs')
    expect(enter(state, { parallel: 1 }, step('c'), 500 + leaseMs).result).toEqual({ startAt: 500 + leaseMs })
  })

  it('never runs more at once, and forgets nobody', () => {
    const actions = fc.array(fc.nat(9), { maxLength: 200 })
    fc.assert(
      fc.property(actions, fc.integer({ min: 1, max: 4 }), (ids, parallel) => {
        let state: LimitState | undefined
        const inside = new Set<string>()
        for (const [now, id] of ids.map(String).entries()) {
          const change = inside.delete(id)
            ? leave(state, { parallel }, { id, tokens: 0, used: 0 })
            : enter(state, { parallel }, step(id), now)
          if (change.result && 'startAt' in change.result) inside.add(id)
          state = change.state
          expect(inside.size).toBeLessThanOrEqual(parallel)
        }
        for (const id of inside) state = leave(state, { parallel }, { id, tokens: 0, used: 0 }).state
        for (const { id } of state?.waiting ?? []) {
          const entered = enter(state, { parallel }, step(id), ids.length)
          expect(entered.result).toHaveProperty('startAt')
          state = leave(entered.state, { parallel }, { id, tokens: 0, used: 0 }).state
        }
      }),
    )
  })
})

describe('a pause that a provider asks for', () => {
  it('moves the start of a call that has a place, which it keeps', () => {
    const limits = { parallel: 1 }
    let { state } = enter(undefined, limits, step('a'), 0)
    state = enter(state, limits, step('b'), 0).state
    state = hold(state, 300, 0).state
    const again = enter(state, limits, step('a'), 10)
    expect(again.result).toEqual({ startAt: 300 })
    expect(again.state).toMatchObject({ running: { a: 300 + leaseMs }, waiting: [{ id: 'b' }] })
  })

  it('holds all calls, even where nothing is limited', () => {
    const { state } = hold(undefined, 5_000, 1_000)
    expect(enter(state, {}, step('a'), 2_000).result).toEqual({ startAt: 6_000 })
    expect(enter(state, {}, step('a'), 7_000).result).toEqual({ startAt: 7_000 })
    expect(hold(state, 10, 1_000).state).toBe(state)
  })

  it('is followed by the usual pace, not by a burst', () => {
    let { state } = hold(undefined, 600_000, 0)
    const times = Array.from({ length: 30 }, (_, index) => {
      const entered = enter(state, { requestsPerMinute: 10 }, step(String(index)), index * 1_000)
      state = entered.state
      return (entered.result as { startAt: number }).startAt
    })
    expect(times[0]).toBe(600_000)
    expect(mostInAMinute(times)).toBeLessThanOrEqual(10)
  })
})
