import { mapStore } from '@skein/memory'
import { describe, expect, it } from 'vitest'

import { deskOf, openStore, startServer } from './open-shared.ts'

const hello = { messages: [{ role: 'user', text: 'Hello there.' }] } as const

describe('a shared call', () => {
  it('is made once for all agents that ask at the same time, and never again', async () => {
    const [server, memory] = [await startServer({ delayMs: 10 }), await openStore()]
    const desks = ['ann', 'bob', 'cid', 'dot'].map((id) => deskOf(memory, server, { id }))
    const answers = await Promise.all(desks.map(({ model }) => model.chat(hello)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers.filter(({ reused }) => !reused)).toHaveLength(1)
    expect((await deskOf(memory, server, { id: 'eve' }).model.chat(hello)).reused).toBe(true)
    expect(server.reached).toHaveLength(1)
  })

  it('is identified by all its properties, in any order', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model } = deskOf(memory, server)
    const tools = [{ name: 'weather', parameters: { type: 'object' } }]
    const different = [
      hello,
      { messages: [{ role: 'system', text: 'Hello there.' }] } as const,
      { ...hello, temperature: 0 },
      { ...hello, topP: 0.5 },
      { ...hello, maxOutputTokens: 5 },
      { ...hello, stop: ['x'] },
      { ...hello, seed: 1 },
      { ...hello, tools },
      { ...hello, tools, toolChoice: 'required' } as const,
      { ...hello, schema: { name: 'a', schema: { type: 'object' } } },
      { ...hello, extra: { reasoning_effort: 'low', user: 'x' } },
    ]
    for (const request of different) expect((await model.chat(request)).reused).toBe(false)
    expect(server.reached).toHaveLength(different.length)
    const turned = {
      extra: { user: 'x', reasoning_effort: 'low' },
      messages: [{ text: 'Hello there.', role: 'user' }],
    } as const
    expect((await model.chat(turned)).reused).toBe(true)
    const other = deskOf(memory, server, {}, { model: 'gpt-other' })
    expect((await other.model.chat(hello)).reused).toBe(false)
  })

  it('is not shared when its answer is random, unless the caller says so', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model } = deskOf(memory, server)
    const warm = { ...hello, temperature: 0.7 }
    await Promise.all([model.chat(warm), model.chat(warm)])
    await model.chat(hello)
    await model.chat(hello, { share: false })
    expect(server.reached).toHaveLength(4)
    await model.chat(warm, { share: true })
    expect((await model.chat(warm, { share: true })).reused).toBe(true)
    expect(server.reached).toHaveLength(5)
  })

  it('is forgotten after its time to live', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model, view } = deskOf(memory, server)
    await model.chat(hello, { ttlMs: 1 })
    for (const from = view.now(); view.now() <= from + 1;) await new Promise(setImmediate)
    expect((await model.chat(hello)).reused).toBe(false)
  })

  it('streams to the first caller, and gives the whole text to those who join', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const late = Promise.withResolvers<void>()
    server.fail({ kind: 'stall', until: late.promise })
    const pieces: string[] = []
    const first = deskOf(memory, server, { id: 'ann' }).model.chat(hello, { onText: (piece) => pieces.push(piece) })
    while (pieces.length === 0) await new Promise(setImmediate)
    const whole: string[] = []
    const second = deskOf(memory, server, { id: 'bob' }).model.chat(hello, { onText: (piece) => whole.push(piece) })
    late.resolve()
    const [one, other] = await Promise.all([first, second])
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.join('')).toBe(one.text)
    expect(whole).toEqual([one.text])
    expect(other).toMatchObject({ text: one.text, reused: true })
    const third: string[] = []
    await deskOf(memory, server, { id: 'cid' }).model.chat(hello, { onText: (piece) => third.push(piece) })
    expect(third).toEqual([one.text])
    expect(server.reached).toHaveLength(1)
  })

  it('goes on for the others when one leaves, who gets no more pieces', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const late = Promise.withResolvers<void>()
    server.fail({ kind: 'stall', until: late.promise })
    const stop = new AbortController()
    const pieces: string[] = []
    const onText = (piece: string): void => void pieces.push(piece)
    const left = deskOf(memory, server, { id: 'ann' }).model.chat(hello, { signal: stop.signal, onText })
    while (pieces.length === 0) await new Promise(setImmediate)
    const stayed = deskOf(memory, server, { id: 'bob' }).model.chat(hello)
    stop.abort(new Error('enough'))
    await expect(left).rejects.toThrow('enough')
    late.resolve()
    expect((await stayed).text).toContain('Hello there.')
    expect(pieces).toHaveLength(1)
    expect(server.reached).toHaveLength(1)
  })

  it('is recorded in the ledger, with tokens and money', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const prices = { 'gpt-*': { inputPerMillion: 1_000, outputPerMillion: 2_000 } }
    const { model } = deskOf(memory, server, {}, { prices })
    const { usage, usd } = await model.chat(hello)
    expect(usd).toBeCloseTo((usage.inputTokens + 2 * usage.outputTokens) / 1_000, 9)
    expect((await model.chat(hello)).usd).toBe(usd)
    const cost = { calls: 1, ...usage, usd }
    expect((await memory.ledger())['model']).toMatchObject({
      computed: 1,
      used: cost,
      reused: 1,
      saved: cost,
    })
    expect((await deskOf(memory, server, {}, { model: 'unknown' }).model.chat(hello)).usd).toBeUndefined()
  })

  it('of callers with different clearances is made for each', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    await deskOf(memory, server, { id: 'ann' }).model.chat(hello)
    const inner = deskOf(memory, server, { id: 'bob', clearance: { level: 'internal' } })
    expect((await inner.model.chat(hello)).reused).toBe(false)
  })
})

describe('a call that fails', () => {
  it.each([
    ['429', { kind: 'rate-limit' }],
    ['429 with a pause', { kind: 'rate-limit', headers: { 'retry-after-ms': '5' } }],
    ['500', { kind: 'error', status: 500 }],
  ] as const)('by %s is made again, and billed once', async (_, fault) => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail(fault, fault)
    const { model } = deskOf(memory, server)
    expect((await model.chat(hello)).text).toContain('Hello there.')
    expect(server.reached).toHaveLength(3)
    expect((await memory.ledger())['model']?.computed).toBe(1)
  })

  it.each([
    ['no JSON', { kind: 'malformed' }, 'SKEIN_MODEL_MALFORMED'],
    ['half an answer', { kind: 'cut' }, 'SKEIN_MODEL_CUT'],
    ['a connection that breaks once the server has the question', { kind: 'reset' }, 'SKEIN_MODEL_CUT'],
    ['an unknown key', { kind: 'error', status: 401 }, 'SKEIN_MODEL_AUTH'],
    ['an empty account', { kind: 'error', status: 429, code: 'insufficient_quota' }, 'SKEIN_MODEL_QUOTA'],
    [
      'a pause that is too long',
      { kind: 'rate-limit', headers: { 'retry-after': '3600' } },
      'SKEIN_MODEL_RATE_LIMITED',
    ],
  ] as const)('by %s is not, and whoever asks next tries anew', async (_, fault, code) => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail(fault)
    const { model } = deskOf(memory, server)
    await expect(model.chat(hello)).rejects.toMatchObject({ code })
    expect(server.reached).toHaveLength(1)
    expect((await model.chat(hello)).reused).toBe(false)
  })

  it('fails with the last error after its retries', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail(...Array.from({ length: 9 }, () => ({ kind: 'error', status: 503 }) as const))
    const { model } = deskOf(memory, server, {}, { retry: { maxRetries: 2, baseDelayMs: 1 } })
    await expect(model.chat(hello)).rejects.toMatchObject({ code: 'SKEIN_MODEL_SERVER', status: 503 })
    expect(server.reached).toHaveLength(3)
  })

  it('gives callers in other threads the same typed error', async () => {
    const [server, store] = [await startServer(), mapStore()]
    const [ours, theirs] = [await openStore(store), await openStore(store)]
    const late = Promise.withResolvers<void>()
    server.fail({ kind: 'silence', until: late.promise, after: { kind: 'malformed' } })
    const first = deskOf(ours, server, { id: 'ann' }).model.chat(hello)
    await server.whenReached(1)
    const second = deskOf(theirs, server, { id: 'bob' }).model.chat(hello)
    // It has looked at the work, and found it running.
    while (theirs.stats().misses === 0) await new Promise(setImmediate)
    late.resolve()
    const malformed = { status: 'rejected', reason: { code: 'SKEIN_MODEL_MALFORMED', name: 'ModelCallError' } }
    expect(await Promise.allSettled([first, second])).toMatchObject([malformed, malformed])
    expect(server.reached).toHaveLength(1)
  })

  it('because its caller has left is made by those who wait elsewhere', async () => {
    const [server, store] = [await startServer(), mapStore()]
    const [ours, theirs] = [await openStore(store), await openStore(store)]
    server.fail({ kind: 'silence', until: new Promise(() => {}) })
    const stop = new AbortController()
    const first = deskOf(ours, server, { id: 'ann' }).model.chat(hello, { signal: stop.signal })
    await server.whenReached(1)
    const second = deskOf(theirs, server, { id: 'bob' }).model.chat(hello)
    while (theirs.stats().misses === 0) await new Promise(setImmediate)
    stop.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
    expect(await second).toMatchObject({ reused: false, text: 'You said: Hello there.' })
    expect(server.reached).toHaveLength(2)
  })

  it('is not retried when nobody waits any more', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail({ kind: 'rate-limit', headers: { 'retry-after': '59' } })
    const stop = new AbortController()
    const asked = deskOf(memory, server).model.chat(hello, { signal: stop.signal })
    await server.whenReached(1)
    stop.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    expect(server.reached).toHaveLength(1)
  })
})

describe('vectors', () => {
  it('are requested once for each text, those of one call in one request', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model } = deskOf(memory, server)
    const first = await model.embed({ texts: ['north', 'south', 'north'] })
    expect(first.vectors.map(({ length }) => length)).toEqual([8, 8, 8])
    expect(first.vectors[0]).toEqual(first.vectors[2])
    const second = await deskOf(memory, server, { id: 'bob' }).model.embed({ texts: ['south', 'east', 'west'] })
    expect(second).toMatchObject({ reused: false })
    expect(second.vectors[0]).toEqual(first.vectors[1])
    expect(server.reached.map(({ body }) => body['input'])).toEqual([
      ['north', 'south'],
      ['east', 'west'],
    ])
    expect((await model.embed({ texts: ['west', 'north'] })).reused).toBe(true)
    expect(server.reached).toHaveLength(2)
    expect((await memory.ledger())['model']).toMatchObject({ computed: 4, reused: 3 })
  })

  it('requested crosswise at the same time do not deadlock', async () => {
    const [server, memory] = [await startServer({ delayMs: 5 }), await openStore()]
    const texts = Array.from({ length: 40 }, (_, index) => `text ${index}`)
    const [ann, bob] = [deskOf(memory, server, { id: 'ann' }), deskOf(memory, server, { id: 'bob' })]
    const [one, other] = await Promise.all([ann.model.embed({ texts }), bob.model.embed({ texts: texts.toReversed() })])
    expect(one.vectors).toEqual(other.vectors.toReversed())
    const sent = server.reached.flatMap(({ body }) => body['input'] as string[])
    expect(sent.toSorted()).toEqual(texts.toSorted())
  })

  it('of empty texts are rejected', async () => {
    const { model } = deskOf(await openStore(), await startServer())
    await expect(model.embed({ texts: ['a', ''] })).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
  })
})
