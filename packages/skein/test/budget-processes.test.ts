import { fileURLToPath } from 'node:url'

import type { BudgetScope } from '@skein/core/executor'
import { openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { openaiModel } from '@skein/openai'
import type { OpenAIModelOptions } from '@skein/openai'
import { describe, it } from 'vitest'

import type { BudgetState } from '../../core/src/limits/budget.ts'
import type { LimitState } from '../../core/src/limits/rate-limit.ts'
import { OpenAIServer } from '../../openai/test/openai-server.ts'
import { startProgram } from '../../redis/test/child.ts'
import { storeAt } from '../../redis/test/fixtures/open-place.ts'
import { kinds } from '../../redis/test/places.ts'
import type { OnFinished } from '../../redis/test/places.ts'
import type { Outcome } from './fixtures/asking-process.ts'

// Here, as this package has models as well as Redis.
const fixture = fileURLToPath(new URL('./fixtures/asking-process.ts', import.meta.url))

/** What a killed process held is kept for 30 seconds; a busy machine takes more to see it go. */
const longerThanLease = { timeout: 100_000, interval: 100 }
/** By so much the clocks of processes may differ, and far more than they do. */
const clockMs = 1_000

/** A process that asks. */
interface Asker {
  /** Asks all at once. */
  ask(...texts: readonly string[]): void
  /** What came of the questions of one `ask`. */
  outcomes(): Promise<readonly Outcome[]>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

/** A server, a store, and what a runtime sees of it. */
interface Desk {
  readonly server: OpenAIServer
  readonly view: View
  start(options?: Partial<OpenAIModelOptions>, budgets?: readonly BudgetScope[]): Promise<Asker>
  budget(id: string): Promise<BudgetState>
  limits(): Promise<LimitState>
}

async function openDesk(placeOf: (typeof kinds)[number][1], onFinished: OnFinished): Promise<Desk> {
  const place = await placeOf(onFinished)
  const server = await OpenAIServer.start({ delayMs: 2 })
  onFinished(() => server[Symbol.asyncDispose]())
  const memory = await openMemory({ store: storeAt(place) })
  onFinished(() => memory.close())
  const view = memory.as({ id: 'onlooker', role: 'test' })
  const common = { model: 'gpt-test', baseURL: server.url } as const
  const stateOf = async <State>(name: string): Promise<State> => {
    // The same state is given back: nothing is written.
    const state = await view.state<State>(name, 60_000).change((before) => ({ state: before as State, result: before }))
    return state as State
  }
  return {
    server,
    view,
    budget: (id) => stateOf(`budget/${id}`),
    limits: () => stateOf(`limits/${openaiModel(common).id}`),
    start: async (options = {}, budgets = []) => {
      const args = [place, JSON.stringify({ ...common, ...options }), JSON.stringify(budgets)]
      const child = startProgram(fixture, args, onFinished)
      await child.line('ready')
      return {
        ask: (...texts) => child.say(JSON.stringify(texts)),
        outcomes: async () => JSON.parse((await child.line('outcomes ')).slice('outcomes '.length)) as Outcome[],
        kill: async () => {
          child.signal('SIGKILL')
          await child.ended
        },
      }
    },
  }
}

const never = new Promise(() => {})
const questions = (who: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `What is ${index}, asks ${who}?`)
const answered = (outcomes: readonly Outcome[]): number[] =>
  outcomes.flatMap((outcome) => ('tokens' in outcome ? [outcome.tokens] : []))
const asText = (outcome: Outcome): string => JSON.stringify(outcome)
const refused = (outcomes: readonly Outcome[]): Outcome[] => outcomes.filter((outcome) => 'code' in outcome)

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
    `use up a budget of %s together, never more, and each is told when it is gone${why}`,
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

  it.skipIf(missing)(
    `have no more calls under way together than they may${why}`,
    async ({ expect, onTestFinished }) => {
      const { server, limits, start } = await openDesk(placeOf, onTestFinished)
      const first = Promise.withResolvers<void>()
      server.fail(...Array.from({ length: 3 }, () => ({ kind: 'silence', until: first.promise }) as const))
      const askers = await Promise.all(['ann', 'bob'].map(() => start({ limits: { parallel: 3 } })))
      askers[0]?.ask(...questions('ann', 10))
      askers[1]?.ask(...questions('bob', 10))
      // The first of each process stands in the queue of all, its others behind it.
      await expect.poll(async () => (await limits()).waiting.length).toBe(2)
      await server.whenReached(3)
      first.resolve()
      const outcomes = await Promise.all(askers.map((asker) => asker.outcomes()))
      expect(answered(outcomes.flat())).toHaveLength(20)
      expect(server.reached).toHaveLength(20)
      expect(server.mostAtOnce).toBe(3)
    },
  )

  it.skipIf(missing)(`keep to a rate together${why}`, async ({ expect, onTestFinished }) => {
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
    // Begun with what was said to them: whatever is slow makes calls come later, never earlier.
    const comeAfter = (steps: number): number =>
      server.reached.filter(({ at }) => at < startedAt + (steps + 0.5) * stepMs).length
    for (const steps of [0, 1, 2, 3, 4, 5]) expect(comeAfter(steps)).toBeLessThanOrEqual(10 + steps)
  })
})

// Side by side, as all of them wait for leases or pauses.
describe.concurrent.each(kinds)('A process on %s', (_, placeOf, missing) => {
  const why = missing ? ` (${missing})` : ''

  it.skipIf(missing)(
    `keeps what it holds of a budget as long as it lives, and until its lease ends when it is killed${why}`,
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

      // What nobody holds can be used at once.
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
    `keeps its place among the calls under way as long as it lives, and until its lease ends when it is killed${why}`,
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
    `keeps what it holds of one budget while it waits for another one${why}`,
    { timeout: 200_000 },
    async ({ expect, onTestFinished }) => {
      const { server, budget, start } = await openDesk(placeOf, onTestFinished)
      const slow = Promise.withResolvers<void>()
      server.fail({ kind: 'silence', until: slow.promise })
      const [first, second] = [{ id: 'first', calls: 1 } as const, { id: 'second', tokens: 150 } as const]
      // More than a hundred tokens are set aside for a call, which takes fewer than fifty.
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
    `keeps to a pause that another one was asked for, though it had its time to begin already${why}`,
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

async function startThree(start: Desk['start'], options: Partial<OpenAIModelOptions>): Promise<[Asker, Asker, Asker]> {
  return Promise.all([start(options), start(options), start(options)])
}
