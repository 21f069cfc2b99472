import { budgetScope } from '@skein/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { renew, reserve, settle } from '../../src/models/budget.ts'
import type { BudgetState } from '../../src/models/budget.ts'

const leaseMs = 1_000
const call = (id: string, tokens: number, usd = 0) => ({ id, estimate: { tokens, usd }, leaseMs })

describe('a budget', () => {
  it('sets aside what calls may take, and refuses what would be too much', () => {
    const budget = { tokens: 100 }
    const first = reserve(undefined, budget, call('a', 60), 0)
    expect(first.result).toBeUndefined()
    const second = reserve(first.state, budget, call('b', 50), 1)
    expect(second.result).toEqual({ measure: 'tokens', spent: 110, limit: 100 })
    expect(second.state).toBe(first.state)
    expect(reserve(first.state, budget, call('c', 40), 1).result).toBeUndefined()
  })

  it('books what a call took, and tells when that was too much', () => {
    const budget = { tokens: 100 }
    const { state } = reserve(undefined, budget, call('a', 60), 0)
    const cheap = settle(state, budget, { id: 'a', used: { tokens: 10, usd: 0.5 } }, 1)
    expect(cheap).toMatchObject({ result: undefined, state: { spent: { tokens: 10, usd: 0.5, calls: 1 }, open: {} } })
    const dear = settle(state, budget, { id: 'a', used: { tokens: 101, usd: 0 } }, 1)
    expect(dear.result).toEqual({ measure: 'tokens', spent: 101, limit: 100 })
    const failed = settle(state, budget, { id: 'a', used: undefined }, 1)
    expect(failed).toMatchObject({ result: undefined, state: { spent: { tokens: 0, calls: 0 } } })
  })

  it('forgets what a killed process had set aside when its lease ends, unless it is renewed', () => {
    const budget = { calls: 1 }
    const { state } = reserve(undefined, budget, call('killed', 1), 0)
    expect(reserve(state, budget, call('next', 1), leaseMs - 1).result?.measure).toBe('calls')
    expect(reserve(state, budget, call('next', 1), leaseMs).result).toBeUndefined()
    const kept = renew(state, call('killed', 1), leaseMs - 1).state
    expect(reserve(kept, budget, call('next', 1), leaseMs + 1).result?.measure).toBe('calls')
    // The late one books what it took all the same.
    const other = reserve(state, budget, call('next', 1), leaseMs).state
    expect(settle(other, budget, { id: 'killed', used: { tokens: 1, usd: 0 } }, leaseMs).state.spent.calls).toBe(1)
  })

  it('limits calls, money and time too', () => {
    const { state } = reserve(undefined, {}, call('a', 1, 0.2), 1_000)
    expect(reserve(state, { usd: 0.3 }, call('b', 1, 0.2), 1_001).result).toMatchObject({ measure: 'usd', limit: 0.3 })
    expect(reserve(state, { calls: 1 }, call('b', 1), 1_001).result).toMatchObject({ measure: 'calls', spent: 2 })
    expect(reserve(state, { wallMs: 50 }, call('b', 1), 1_050).result).toBeUndefined()
    expect(reserve(state, { wallMs: 50 }, call('b', 1), 1_051).result).toMatchObject({ measure: 'wallMs', spent: 51 })
  })

  it('is never overdrawn by calls that take what they were expected to', () => {
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
          if (reserved.result || !ends) continue
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

  it('has a name of its own unless it is given one, and limits above 0', () => {
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
