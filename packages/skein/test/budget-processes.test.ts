import { describe, it } from 'vitest'

import { kinds } from '../../redis/test/places.ts'
import { answered, openDesk, refused } from './budget-desk.ts'
import type { Outcome } from './fixtures/asking-process.ts'

const questions = (who: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `What is ${index}, asks ${who}?`)
const asText = (outcome: Outcome): string => JSON.stringify(outcome)

describe.each(kinds)('Processes on %s', (_, placeOf, missing) => {
  const why = missing ? ` (${missing})` : ''
  /** A token costs a dollar. */
  const prices = { 'gpt-test': { inputPerMillion: 1_000_000, outputPerMillion: 1_000_000 } }

  // Each process alone asks for more than all of it. An answer takes far less than is set aside for it.
  it.skipIf(missing).for([
    ['calls', 10],
    ['tokens', 400],
    ['usd', 400],
  ] as const)(
    `share a budget of %s, never exceed it, and each learns when it is used up${why}`,
    async ([measure, limit], { expect, onTestFinished }) => {
      const { server, budget, start } = await openDesk(placeOf, onTestFinished)
      const names = ['ann', 'bob', 'cid']
      const askers = await Promise.all(names.map(() => start({ budget: { id: 'shared', [measure]: limit }, prices })))
      for (const [index, asker] of askers.entries()) asker.ask(...questions(names[index] ?? '', 40))
      const outcomes = await Promise.all(askers.map((asker) => asker.outcomes()))
      const error = { code: 'SKEIN_BUDGET', budget: 'shared', measure, limit }
      for (const own of outcomes) expect(new Set(refused(own).map(asText))).toEqual(new Set([asText(error)]))

      const taken = answered(outcomes.flat())
      const tokens = taken.reduce((sum, more) => sum + more, 0)
      const spent = { calls: taken.length, tokens, usd: tokens }
      expect(server.reached).toHaveLength(spent.calls)
      expect(spent[measure]).toBeGreaterThan(0)
      expect(spent[measure]).toBeLessThanOrEqual(limit)
      if (measure === 'calls') expect(spent.calls).toBe(limit)
      await expect.poll(() => budget('shared')).toMatchObject({ spent, open: {} })

      for (const asker of askers) asker.ask('Is anything left?')
      expect((await Promise.all(askers.map((asker) => asker.outcomes()))).flat()).toEqual([error, error, error])
      expect(server.reached).toHaveLength(spent.calls)
    },
  )

  it.skipIf(missing)(`share a limit of parallel calls${why}`, async ({ expect, onTestFinished }) => {
    const { server, limits, start } = await openDesk(placeOf, onTestFinished)
    const first = Promise.withResolvers<void>()
    server.fail(...Array.from({ length: 3 }, () => ({ kind: 'silence', until: first.promise }) as const))
    const askers = await Promise.all(['ann', 'bob'].map(() => start({ limits: { parallel: 3 } })))
    askers[0]?.ask(...questions('ann', 10))
    askers[1]?.ask(...questions('bob', 10))
    // The first call of each process waits in the shared queue, its other calls behind it.
    await expect.poll(async () => (await limits()).waiting.length).toBe(2)
    await server.whenReached(3)
    first.resolve()
    const outcomes = await Promise.all(askers.map((asker) => asker.outcomes()))
    expect(answered(outcomes.flat())).toHaveLength(20)
    expect(server.reached).toHaveLength(20)
    expect(server.mostAtOnce).toBe(3)
  })

  it.skipIf(missing)(`share a rate limit${why}`, async ({ expect, onTestFinished }) => {
    const { server, start } = await openDesk(placeOf, onTestFinished)
    // Ten may come at once; the other 90 are spread over the minute.
    const stepMs = 60_000 / 91
    const askers = await Promise.all(['ann', 'bob'].map(() => start({ limits: { requestsPerMinute: 100 } })))
    const startedAt = performance.now()
    // Neither process alone comes to ten.
    askers[0]?.ask(...questions('ann', 8))
    askers[1]?.ask(...questions('bob', 8))
    const outcomes = await Promise.all(askers.map((asker) => asker.outcomes()))
    expect(answered(outcomes.flat())).toHaveLength(16)
    // Counted from when they were asked: slowness makes calls come later, never earlier.
    const comeAfter = (steps: number): number =>
      server.reached.filter(({ at }) => at < startedAt + (steps + 0.5) * stepMs).length
    for (const steps of [0, 1, 2, 3, 4, 5]) expect(comeAfter(steps)).toBeLessThanOrEqual(10 + steps)
  })
})
