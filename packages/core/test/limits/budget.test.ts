import { budgetScope } from '@skein/core'
import type { Budget } from '@skein/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { renew, reserve, settle } from '../../src/limits/budget.ts'
import type { BudgetState } from '../../src/limits/budget.ts'

const leaseMs = 1_000
const granted = { type: 'granted' }
const call = (id: string, tokens: number, usd = 0) => ({ id, estimate: { tokens, usd }, leaseMs })

describe('a budget', () => {
  it('reserves what calls may use, waits for what others may leave, and refuses what is too much in any case', () => {
    const budget = { tokens: 100 }
    const first = reserve(undefined, budget, call('a', 60), 0)
    expect(first.result).toEqual(granted)
    const second = reserve(first.state, budget, call('b', 50), 1)
    expect(second).toEqual({ state: first.state, result: { type: 'wait', waitMs: leaseMs - 1 } })
    expect(second.state).toBe(first.state)
    expect(reserve(first.state, budget, call('c', 40), 1).result).toEqual(granted)
    const spent = settle(first.state, budget, { id: 'a', used: { tokens: 60, usd: 0 } }, 1).state
    const excess = { measure: 'tokens', spent: 110, limit: 100 }
    expect(reserve(spent, budget, call('b', 50), 1).result).toEqual({ type: 'refused', excess })
    expect(reserve(first.state, budget, call('d', 101), 1).result).toMatchObject({ type: 'refused' })
  })

  it('books what a call used, and reports when that was too much', () => {
    const budget = { tokens: 100 }
    const { state } = reserve(undefined, budget, call('a', 60), 0)
    const cheap = settle(state, budget, { id: 'a', used: { tokens: 10, usd: 0.5 } }, 1)
    expect(cheap).toMatchObject({ result: undefined, state: { spent: { tokens: 10, usd: 0.5, calls: 1 }, open: {} } })
    const dear = settle(state, budget, { id: 'a', used: { tokens: 101, usd: 0 } }, 1)
    expect(dear.result).toEqual({ measure: 'tokens', spent: 101, limit: 100 })
    const failed = settle(state, budget, { id: 'a', used: undefined }, 1)
    expect(failed).toMatchObject({ result: undefined, state: { spent: { tokens: 0, calls: 0 } } })
  })

  it('releases the reservations of a killed process when their leases end', () => {
    const budget = { calls: 1 }
    const { state } = reserve(undefined, budget, call('killed', 1), 0)
    expect(reserve(state, budget, call('next', 1), leaseMs - 1).result).toEqual({ type: 'wait', waitMs: 1 })
    expect(reserve(state, budget, call('next', 1), leaseMs).result).toEqual(granted)
    const kept = renew(state, call('killed', 1), leaseMs - 1).state
    expect(reserve(kept, budget, call('next', 1), leaseMs + 1).result.type).toBe('wait')
    // The late one books what it took all the same.
    const other = reserve(state, budget, call('next', 1), leaseMs).state
    expect(settle(other, budget, { id: 'killed', used: { tokens: 1, usd: 0 } }, leaseMs).state.spent.calls).toBe(1)
  })

  it('limits calls, money and time too', () => {
    const reserved = reserve(undefined, {}, call('a', 1, 0.2), 1_000).state
    const { state } = settle(reserved, {}, { id: 'a', used: { tokens: 1, usd: 0.2 } }, 1_000)
    const next = (budget: Budget, now: number) => reserve(state, budget, call('b', 1, 0.2), now).result
    expect(next({ usd: 0.3 }, 1_001)).toMatchObject({ excess: { measure: 'usd', limit: 0.3 } })
    expect(next({ calls: 1 }, 1_001)).toMatchObject({ excess: { measure: 'calls', spent: 2 } })
    expect(next({ wallMs: 50 }, 1_050)).toEqual(granted)
    expect(next({ wallMs: 50 }, 1_051)).toMatchObject({ excess: { measure: 'wallMs', spent: 51 } })
  })

  it('is never overdrawn by calls that use what was expected', () => {
    const steps = fc.array(
      fc.record({ tokens: fc.nat(40), ends: fc.boolean(), takes: fc.double({ min: 0, max: 1, noNaN: true }) }),
    )
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 200 }), (calls, tokens) => {
        let state: BudgetState | undefined
        for (const [index, { tokens: asked, ends, takes }] of calls.entries()) {
          const id = String(index)
          const reserved = reserve(state, { tokens }, call(id, asked), index)
          state = reserved.state
          if (reserved.result.type !== 'granted' || !ends) continue
          const used = { tokens: Math.floor(asked * takes), usd: 0 }
          const settled = settle(state, { tokens }, { id, used }, index)
          expect(settled.result).toBeUndefined()
          state = settled.state
        }
        const open = Object.values(state?.open ?? {}).reduce((sum, held) => sum + held.tokens, 0)
        expect((state?.spent.tokens ?? 0) + open).toBeLessThanOrEqual(tokens)
      }),
    )
  })

  it('has an id of its own unless it is given one, and limits above 0', () => {
    const [first, second] = [budgetScope({ tokens: 1 }), budgetScope({ tokens: 1 })]
    expect(first.id).toMatch(/^run\//)
    expect(first.id).not.toBe(second.id)
    expect(budgetScope({ id: 'nightly', usd: 5 })).toEqual({ id: 'nightly', usd: 5 })
    expect(budgetScope({ calls: 1 }, 'agent').id).toMatch(/^agent\//)
    for (const limit of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => budgetScope({ tokens: limit })).toThrow('budget.tokens')
    }
  })
})
