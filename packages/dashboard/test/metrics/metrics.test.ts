import { budgetScope } from '@skein/core'
import { expect, it } from 'vitest'

import type { Metrics } from '../../src/index.ts'
import { openBoard } from '../open-board.ts'

it('include budgets and the hits of the cache, up to the latest change', async () => {
  const budget = budgetScope({ tokens: 1_000, id: 'run/1' })
  await using open = await openBoard({ budgets: [budget] })
  const ann = open.memory.as({ id: 'ann', role: 'worker' })
  await ann.once('sum/1', ({ reportDuration }) => (reportDuration(50), 1))
  await open.memory.as({ id: 'bob', role: 'worker' }).once('sum/1', () => 1)
  await ann.facts.set('a', 1)
  await ann.facts.get('a')
  await ann.facts.get('a')
  await open.memory.ledger()
  const metrics = await open.json<Metrics>('/api/metrics')
  expect(metrics).toMatchObject({
    spent: { calls: 0, ms: 50 },
    saved: { calls: 0, ms: 50 },
    results: { computed: 1, reused: 1 },
    cache: { hits: expect.any(Number), misses: expect.any(Number) },
    budgets: [{ id: 'run/1', measure: 'tokens', spent: 0, limit: 1_000 }],
    reworkRate: 0,
  })
  expect(metrics.until).toBeGreaterThan(metrics.since)
  await ann.once('sum/2', () => 1)
  expect(await open.json<Metrics>('/api/metrics')).toMatchObject({ results: { computed: 2 } })
  expect(await open.json<Metrics>(`/api/metrics?until=${metrics.since}`)).toMatchObject({
    spent: { ms: 0 },
    series: [],
  })
})
