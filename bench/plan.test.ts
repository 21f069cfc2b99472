import { expect, it } from 'vitest'

import { printPlan, randomFrom } from './src/plan-command.ts'
import { planFor, simulateWaits } from './src/plan.ts'
import type { Load, Room } from './src/plan.ts'

const load: Load = { machines: 100, concurrency: 16, secondsEach: 10, records: 1_000_000, keepDays: 1 }
const room: Room = { busy: 0.6, bytesPerSecond: 60e6, serverBytes: 48e9, indexBytes: 2e9 }

it('simulates waits as theory has them', () => {
  for (const busy of [0.2, 0.5, 0.8]) {
    // In a queue of type M/M/1 a share of 1 - busy waits for nothing, and the rest exponentially.
    const percentile = (share: number): number => Math.max(0, Math.log((1 - share) / busy) / -(1 - busy))
    const { median, p99 } = simulateWaits({ busy, commandMs: 1 }, randomFrom(7))
    expect(median).toBeCloseTo(percentile(0.5), 0)
    expect(p99 / percentile(0.99)).toBeCloseTo(1, 0)
  }
})

it('plans as many spaces as what is scarce asks for, and says what that is', () => {
  expect(planFor({ ...load, machines: 1 }, room)).toMatchObject({ spaces: 1, machines: 1, limit: 'none' })
  expect(planFor(load, { ...room, serverBytes: 4e9, busy: 1 })).toMatchObject({ limit: 'memory' })
  expect(planFor(load, { ...room, indexBytes: 5e6 })).toMatchObject({ limit: 'index' })
  expect(planFor({ ...load, machines: 1_000 }, { ...room, busy: 100, serverBytes: 1e15 })).toMatchObject({
    limit: 'network',
  })
  const plan = planFor({ ...load, machines: 1_000 }, room)
  expect(plan).toMatchObject({ limit: 'processor' })
  expect(plan.busy).toBeLessThanOrEqual(room.busy)
  expect(planFor({ ...load, machines: 2_000 }, room).spaces).toBeGreaterThan(plan.spaces)
})

it('says when one machine alone is too much', () => {
  expect(() => planFor({ ...load, machines: 1, concurrency: 100_000 }, { ...room, serverBytes: 1e15 })).toThrow(
    'One machine asks for more than a server has: its processor is the limit. Lower the concurrency.',
  )
})

it('prints the same plan each time', () => {
  expect(printPlan()).toBe(printPlan())
  expect(printPlan().split('\n')).toHaveLength(8)
})
