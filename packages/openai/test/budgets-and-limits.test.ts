import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { budgetScope } from '@skein/core'
import { mapStore } from '@skein/memory'
import { runtimeState } from '@skein/memory/runtime'
import type { StoreDriver } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'

import { deskOf, openStore, startServer } from './open-shared.ts'
import type { Desk } from './open-shared.ts'

/** Stores that several memories can share, as processes do. */
const stores: readonly (readonly [string, () => StoreDriver])[] = [
  ['in memory', () => mapStore()],
  ['SQLite', () => sqliteStore(join(temporaryFolder(), 'flock.db'))],
]

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-openai-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const ask = (text: string) => ({ messages: [{ role: 'user', text }] as const, maxOutputTokens: 20 })

describe('a budget', () => {
  it.each(stores)(
    'holds for all processes of a space together (%s), and keeps what was computed',
    async (_name, makeStore) => {
      const [server, store] = [await startServer(), makeStore()]
      const memories = [await openStore(store), await openStore(store), await openStore(store)]
      const budgets = [budgetScope({ id: 'all of us', calls: 7 })]
      const desks = memories.map((memory) => deskOf(memory, server, {}, {}, { budgets }))
      const questions = Array.from({ length: 30 }, (_, index) => `Question ${index}?`)
      const outcomes = await Promise.allSettled(
        questions.map((text, index) => (desks[index % 3] as Desk).model.chat(ask(text))),
      )
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
      expect(server.reached).toHaveLength(7)
      expect(refused).toHaveLength(23)
      for (const error of refused) {
        expect(error).toMatchObject({ code: 'SKEIN_BUDGET', budget: 'all of us', measure: 'calls', limit: 7 })
      }
      // What is known is free.
      const known = questions[outcomes.findIndex(({ status }) => status === 'fulfilled')] as string
      expect((await desks[0]?.model.chat(ask(known)))?.reused).toBe(true)
      const richer = deskOf(
        memories[0] as never,
        server,
        {},
        {},
        { budgets: [budgetScope({ id: 'all of us', calls: 8 })] },
      )
      expect((await richer.model.chat(ask('One more?'))).reused).toBe(false)
    },
  )

  it('stops no call because of mere reservations', async () => {
    const [server, memory] = [await startServer({ delayMs: 2 }), await openStore()]
    const budgets = [budgetScope({ tokens: 1_900 }), budgetScope({ id: 'flock', tokens: 1_800 })]
    const desks = ['ann', 'bob'].map((id, index) =>
      deskOf(memory, server, { id }, {}, { budgets: index === 0 ? budgets : budgets.toReversed() }),
    )
    // Each may take 1,000 tokens and more; together they take some hundred.
    const question = (index: number) => ({ messages: [{ role: 'user', text: `Question ${index}?` }] as const })
    await Promise.all(Array.from({ length: 20 }, (_, index) => (desks[index % 2] as Desk).model.chat(question(index))))
    expect(server.reached).toHaveLength(20)
    expect(server.mostAtOnce).toBe(1)
  })

  it('is checked before a call, by its estimate', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model } = deskOf(memory, server, {}, { budget: { tokens: 50 } })
    await expect(model.chat({ ...ask('Much?'), maxOutputTokens: 60 })).rejects.toMatchObject({
      measure: 'tokens',
      limit: 50,
    })
    expect(server.reached).toHaveLength(0)
    expect((await model.chat(ask('Little?'))).reused).toBe(false)
  })

  it('and after it, by its use: the answer is kept, and the caller has to stop', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail({ kind: 'usage', usage: { prompt_tokens: 500, completion_tokens: 1 } })
    const { model } = deskOf(memory, server, {}, { budget: { tokens: 100 } })
    await expect(model.chat(ask('Dear?'))).rejects.toMatchObject({
      code: 'SKEIN_BUDGET',
      measure: 'tokens',
      spent: 501,
    })
    const kept = await deskOf(memory, server).model.chat(ask('Dear?'))
    expect(kept).toMatchObject({ reused: true, usage: { inputTokens: 500 } })
    expect(server.reached).toHaveLength(1)
  })

  it('of vectors keeps them too', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model } = deskOf(memory, server, {}, { budget: { tokens: 8 } })
    server.fail({
      kind: 'body',
      body: { data: [{ index: 0, embedding: [1, 2] }], usage: { prompt_tokens: 9 } },
    })
    await expect(model.embed({ texts: ['north'] })).rejects.toMatchObject({ code: 'SKEIN_BUDGET' })
    expect([...((await deskOf(memory, server).model.embed({ texts: ['north'] })).vectors[0] ?? [])]).toEqual([1, 2])
    expect(server.reached).toHaveLength(1)
  })

  it('of one agent does not stop another that waits for the same answer', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const poor = deskOf(memory, server, { id: 'ann' }, {}, { budgets: [budgetScope({ id: 'agent/ann', tokens: 5 })] })
    const rich = deskOf(
      memory,
      server,
      { id: 'bob' },
      {},
      { budgets: [budgetScope({ id: 'agent/bob', tokens: 9_000 })] },
    )
    const [refused, answered] = await Promise.allSettled([poor.model.chat(ask('Who?')), rich.model.chat(ask('Who?'))])
    expect(refused).toMatchObject({ reason: { code: 'SKEIN_BUDGET', budget: 'agent/ann' } })
    expect(answered).toMatchObject({ status: 'fulfilled', value: { reused: false } })
  })

  it('of several is not charged when another is used up', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const [flock, agent] = [budgetScope({ id: 'flock', calls: 2 }), budgetScope({ id: 'agent/ann', calls: 1 })]
    const ann = deskOf(memory, server, {}, {}, { budgets: [flock, agent] })
    await ann.model.chat(ask('One?'))
    await expect(ann.model.chat(ask('Two?'))).rejects.toMatchObject({ budget: 'agent/ann' })
    const bob = deskOf(memory, server, { id: 'bob' }, {}, { budgets: [flock] })
    await bob.model.chat(ask('Three?'))
    await expect(bob.model.chat(ask('Four?'))).rejects.toMatchObject({ budget: 'flock' })
    expect(server.reached).toHaveLength(2)
  })

  it('in US dollars needs a price, and says so', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const unpriced = deskOf(memory, server, {}, { budget: { usd: 1 } })
    await expect(unpriced.model.chat(ask('How much?'))).rejects.toMatchObject({ code: 'SKEIN_OPTION', option: 'price' })
    const prices = { 'gpt-test': { inputPerMillion: 0, outputPerMillion: 50_000 } }
    const priced = deskOf(memory, server, {}, { prices, budget: { usd: 1.5 } })
    await priced.model.chat(ask('How much?'))
    await expect(priced.model.chat({ ...ask('And this?'), maxOutputTokens: 40 })).rejects.toMatchObject({
      measure: 'usd',
    })
    expect(server.reached).toHaveLength(1)
  })

  it('of time ends the running call', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail({ kind: 'silence', until: new Promise(() => {}) })
    const { model } = deskOf(memory, server, {}, { budget: { wallMs: 40 } })
    await expect(model.chat(ask('Slow?'))).rejects.toMatchObject({ code: 'SKEIN_BUDGET', measure: 'wallMs', limit: 40 })
  })

  it('counts what a broken answer may have cost', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail({ kind: 'cut', pieces: 2 })
    const { model } = deskOf(memory, server, {}, { budget: { id: 'broken', calls: 1 } })
    await expect(model.chat(ask('Whole?'), { onText: () => {} })).rejects.toMatchObject({ code: 'SKEIN_MODEL_CUT' })
    await expect(model.chat(ask('Again?'))).rejects.toMatchObject({ code: 'SKEIN_BUDGET', budget: 'broken' })
  })
})

describe('a limit', () => {
  it.each(stores)(
    'of calls under way holds for all processes (%s), and lets everybody through in the end',
    async (_name, makeStore) => {
      const [server, store] = [await startServer({ delayMs: 3 }), makeStore()]
      // The first waits for the second: the two are under way together.
      const both = server.whenReached(2)
      server.fail({ kind: 'silence', until: both })
      const memories = [await openStore(store), await openStore(store), await openStore(store)]
      const desks = memories.map((memory) => deskOf(memory, server, {}, { limits: { parallel: 2 } }))
      const answers = await Promise.all(
        Array.from({ length: 24 }, (_, index) => (desks[index % 3] as Desk).model.chat(ask(`Question ${index}?`))),
      )
      expect(answers.every(({ reused }) => !reused)).toBe(true)
      expect(server.mostAtOnce).toBe(2)
    },
  )

  it('can be left while waiting, which frees the place for the next', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const late = Promise.withResolvers<void>()
    server.fail({ kind: 'silence', until: late.promise })
    const { model } = deskOf(memory, server, {}, { limits: { parallel: 1 } })
    const first = model.chat(ask('First?'))
    await server.whenReached(1)
    const stop = new AbortController()
    const second = model.chat(ask('Second?'), { signal: stop.signal })
    const third = model.chat(ask('Third?'))
    stop.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    late.resolve()
    expect((await first).text).toContain('First?')
    expect((await third).text).toContain('Third?')
    expect(server.reached).toHaveLength(2)
  })

  it('of requests holds for all processes, in any minute', async () => {
    const [server, store] = [await startServer(), mapStore()]
    const memories = [await openStore(store), await openStore(store)]
    const limits = { requestsPerMinute: 1_500 }
    const desks = memories.map((memory) => deskOf(memory, server, {}, { limits }))
    const from = performance.now()
    await Promise.all(
      Array.from({ length: 160 }, (_, index) => (desks[index % 2] as Desk).model.chat(ask(`Question ${index}?`))),
    )
    expect(server.reached).toHaveLength(160)
    // 150 at once, then one for each 44 ms: however slow this machine is, none can come before its time.
    const ahead = server.reached.slice(150).map(({ at }, index) => from + (index + 1) * (60_000 / 1_351) - at)
    // The store's clock counts whole milliseconds.
    expect(Math.max(...ahead)).toBeLessThan(2)
  })

  it('that a provider sets for one process holds for the others too', async () => {
    const [server, store] = [await startServer(), mapStore()]
    const [ours, theirs] = [await openStore(store), await openStore(store)]
    server.fail({ kind: 'rate-limit', headers: { 'retry-after-ms': '60' } })
    const [ann, bob] = [deskOf(ours, server, { id: 'ann' }), deskOf(theirs, server, { id: 'bob' })]
    const state = runtimeState<{ heldUntil: number }>(ann.view, `limits/${ann.model.id}`, 1)
    const first = ann.model.chat(ask('First?'))
    const heldUntil = (): Promise<number> =>
      state.change((now) => ({ state: now as never, result: now?.heldUntil ?? 0 }))
    while ((await heldUntil()) === 0) await new Promise(setImmediate)
    const until = (await heldUntil()) - ann.view.now()
    const from = performance.now()
    await Promise.all([first, bob.model.chat(ask('Second?'))])
    for (const { at } of server.reached.slice(1)) expect(at - from).toBeGreaterThanOrEqual(until - 2)
    expect(server.reached).toHaveLength(3)
  })

  it('out of range is rejected', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    for (const limits of [{ parallel: 0 }, { requestsPerMinute: 1.5 }, { tokensPerMinute: -1 }]) {
      expect(() => deskOf(memory, server, {}, { limits })).toThrow(Object.keys(limits)[0] as string)
    }
  })
})
