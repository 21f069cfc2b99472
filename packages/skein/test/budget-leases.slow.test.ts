import type { OpenAIModelOptions } from '@skein/openai'
import { describe, it } from 'vitest'

import { kinds } from '../../redis/test/places.ts'
import { answered, openDesk, refused } from './budget-desk.ts'
import type { Asker, BudgetDesk } from './budget-desk.ts'

/** A killed process keeps its reservations for 30 seconds; a busy machine takes longer to notice. */
const longerThanLease = { timeout: 100_000, interval: 100 }
/** The clocks of processes may differ by so much, and differ far less. */
const clockMs = 1_000
const never = new Promise(() => {})

// Concurrent, as all of them wait for leases or pauses.
describe.concurrent.each(kinds)('A process on %s', (_, placeOf, missing) => {
  const why = missing ? ` (${missing})` : ''

  it.skipIf(missing)(
    `keeps its reservation of a budget while it lives, and until its lease ends when it is killed${why}`,
    { timeout: 200_000 },
    async ({ expect, onTestFinished }) => {
      const { server, view, budget, start } = await openDesk(placeOf, onTestFinished)
      const slow = Promise.withResolvers<void>()
      server.fail({ kind: 'silence', until: slow.promise }, { kind: 'silence', until: never })
      const [living, killed, heir] = await startThree(start, { budget: { id: 'shared', calls: 3 } })
      living.ask('One?')
      await server.whenReached(1)
      const [livingId = ''] = Object.keys((await budget('shared')).open)
      killed.ask('Two?')
      await server.whenReached(2)
      const untilOf = async (): Promise<number> =>
        Math.max(...Object.values((await budget('shared')).open).map(({ until }) => until))
      await expect.poll(async () => Object.keys((await budget('shared')).open)).toHaveLength(2)
      await killed.kill()
      const until = await untilOf()

      // The rest of the budget is available at once.
      heir.ask('Three?')
      expect(answered(await heir.outcomes())).toHaveLength(1)
      heir.ask('Four?', 'Five?')
      await expect.poll(() => server.reached.length, longerThanLease).toBe(4)
      expect(view.now()).toBeGreaterThan(until - clockMs)
      expect((await budget('shared')).open[livingId]?.until).toBeGreaterThan(until)
      slow.resolve()
      expect(answered(await living.outcomes())).toHaveLength(1)
      const last = await heir.outcomes()
      expect(answered(last)).toHaveLength(1)
      expect(refused(last)).toMatchObject([{ code: 'SKEIN_BUDGET', measure: 'calls' }])
      expect(server.reached).toHaveLength(4)
      await expect.poll(() => budget('shared')).toMatchObject({ spent: { calls: 3 }, open: {} })
    },
  )

  it.skipIf(missing)(
    `keeps its place among parallel calls while it lives, and until its lease ends when it is killed${why}`,
    { timeout: 200_000 },
    async ({ expect, onTestFinished }) => {
      const { server, view, limits, start } = await openDesk(placeOf, onTestFinished)
      const slow = Promise.withResolvers<void>()
      server.fail({ kind: 'silence', until: slow.promise }, { kind: 'silence', until: never })
      const options = { limits: { parallel: 2 } }
      const [living, killed, next] = await startThree(start, options)
      const queued = await start(options)
      living.ask('One?')
      await server.whenReached(1)
      const [livingId = ''] = Object.keys((await limits()).running)
      killed.ask('Two?')
      await server.whenReached(2)
      queued.ask('Three?')
      await expect.poll(async () => (await limits()).waiting.length).toBe(1)
      await Promise.all([killed.kill(), queued.kill()])
      const { running, waiting } = await limits()
      const { [livingId]: _living, ...rest } = running
      const until = Math.max(...Object.values(rest), ...waiting.map((place) => place.until))

      next.ask('Four?')
      await expect.poll(() => server.reached.length, longerThanLease).toBe(3)
      expect(view.now()).toBeGreaterThan(until - clockMs)
      expect((await limits()).running[livingId]).toBeGreaterThan(until)
      expect(answered(await next.outcomes())).toHaveLength(1)
      slow.resolve()
      expect(answered(await living.outcomes())).toHaveLength(1)
      await expect.poll(limits).toMatchObject({ running: {}, waiting: [] })
    },
  )

  it.skipIf(missing)(
    `keeps its reservation of one budget while it waits for another${why}`,
    { timeout: 200_000 },
    async ({ expect, onTestFinished }) => {
      const { server, budget, start } = await openDesk(placeOf, onTestFinished)
      const slow = Promise.withResolvers<void>()
      server.fail({ kind: 'silence', until: slow.promise })
      const [first, second] = [{ id: 'first', calls: 1 } as const, { id: 'second', tokens: 150 } as const]
      // A call reserves more than a hundred tokens and uses fewer than fifty.
      const [holder, waiter] = await Promise.all([start({}, [second]), start({}, [first, second])])
      holder.ask('One?')
      await server.whenReached(1)
      waiter.ask('Two?')
      const untilOf = async (): Promise<number> =>
        Math.max(...Object.values((await budget('first')).open).map(({ until }) => until))
      await expect.poll(untilOf).toBeGreaterThan(0)
      const until = await untilOf()
      await expect.poll(untilOf, longerThanLease).toBeGreaterThan(until)
      slow.resolve()
      expect(answered([...(await holder.outcomes()), ...(await waiter.outcomes())])).toHaveLength(2)
      await expect.poll(() => budget('first')).toMatchObject({ spent: { calls: 1 }, open: {} })
    },
  )

  it.skipIf(missing)(
    `waits out a pause that the server asked another process for, although its own turn has come${why}`,
    { timeout: 200_000 },
    async ({ expect, onTestFinished }) => {
      const { server, limits, start } = await openDesk(placeOf, onTestFinished)
      const pauseMs = 20_000
      const busy = Promise.withResolvers<void>()
      const after = { kind: 'rate-limit', headers: { 'retry-after-ms': `${pauseMs}` } } as const
      server.fail({ kind: 'silence', until: busy.promise, after })
      // A call every 15 seconds.
      const options = { limits: { requestsPerMinute: 4 } }
      const [first, second] = await Promise.all([start(options), start(options)])
      first.ask('One?')
      await server.whenReached(1)
      const { requestsAt } = await limits()
      second.ask('Two?')
      await expect.poll(async () => (await limits()).requestsAt).toBeGreaterThan(requestsAt)
      const askedAt = performance.now()
      busy.resolve()
      expect(answered([...(await first.outcomes()), ...(await second.outcomes())])).toHaveLength(2)
      const later = server.reached.slice(1).map(({ at }) => at - askedAt)
      expect(later).toHaveLength(2)
      expect(Math.min(...later)).toBeGreaterThan(pauseMs - clockMs)
    },
  )
})

async function startThree(
  start: BudgetDesk['start'],
  options: Partial<OpenAIModelOptions>,
): Promise<[Asker, Asker, Asker]> {
  return Promise.all([start(options), start(options), start(options)])
}
