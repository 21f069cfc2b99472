import { shareModel } from '@skein/core'
import type { ChatRequest, ChatResponse, EmbedResponse, Model } from '@skein/core/executor'
import { mapStore } from '@skein/memory'
import { parseWorkId } from '@skein/memory/runtime'
import type { StoreDriver } from '@skein/memory/store'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import { deskOf, openStore, startServer } from './open-shared.ts'
import type { Fault } from './openai-server.ts'

const messages = [{ role: 'user', text: 'Who is it?' }] as const
const tools = [{ name: 'weather', parameters: { type: 'object', required: ['city'] } }] as const
const person = z.object({ name: z.string() })
const passages = [{ id: 'p', text: 'Wild geese flew south over the lake. Cows stayed at home.' }]

const text = (said: string, finish?: string): Fault => ({ kind: 'text', text: said, ...(finish && { finish }) })
const json = (value: unknown): Fault => text(JSON.stringify(value))
const call = (name: string, given: string): Fault => ({ kind: 'tool-call', name, arguments: given })
const quoting = (quote: string): Fault =>
  json({ sentences: [{ text: 'So it is.', quotes: [{ passage: '1', quote }] }] })

describe('an answer for its caller alone', () => {
  it.each<[string, Partial<ChatRequest>, Fault]>([
    ['is empty', {}, text('')],
    ['is blank', {}, text(' \n\t')],
    ['is cut', {}, text('Geese fl', 'length')],
    ['is cut before it said anything', { maxOutputTokens: 5 }, text('', 'length')],
    ['is cut JSON', { maxOutputTokens: 5, schema: { name: 'a', schema: {} } }, text('{"name":', 'length')],
    ['was filtered', {}, text('Geese fl', 'content_filter')],
    ['is a refusal', {}, { kind: 'refusal' }],
    ['ended for a reason that nobody knows', {}, text('Geese fl', 'made_up')],
    ['is no JSON though a schema was given', { schema: { name: 'a', schema: {} } }, text('It is Ann.')],
    ['calls a tool that was not offered', { tools }, call('tide', '{"city":"Rome"}')],
    ['calls a tool without what it requires', { tools }, call('weather', '{}')],
    ['calls a tool with a list', { tools }, call('weather', '["Rome"]')],
    ['calls no tool though it had to', { tools, toolChoice: 'required' }, text('It rains.')],
  ])('%s: whoever asks next asks anew, in this process and in others', async (_, given, fault) => {
    const [server, store] = [await startServer(), mapStore()]
    const [ours, theirs] = [await openStore(store), await openStore(store)]
    server.fail(fault, fault)
    const request = { messages, ...given }
    expect((await deskOf(ours, server).model.chat(request)).reused).toBe(false)
    expect((await deskOf(ours, server, { id: 'bob' }).model.chat(request)).reused).toBe(false)
    await deskOf(theirs, server).model.chat(request)
    expect(server.reached).toHaveLength(3)
  })

  it('goes to those who have joined the call, which is made once for them', async () => {
    const [server, memory] = [await startServer({ delayMs: 5 }), await openStore()]
    server.fail(text('Geese fl', 'length'))
    const asked = ['ann', 'bob', 'cid'].map((id) => deskOf(memory, server, { id }).model.chat({ messages }))
    for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ finishReason: 'length' })
    expect(server.reached).toHaveLength(1)
  })

  it.each<[string, Partial<ChatRequest>, Fault]>([
    ['is as long as its caller allowed', { maxOutputTokens: 5 }, text('Geese fl', 'length')],
    ['calls a tool as it must', { tools }, call('weather', '{"city":"Rome"}')],
    ['is JSON', { schema: { name: 'a', schema: {} } }, json({ any: 'thing' })],
  ])('is not one that %s', async (_, given, fault) => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail(fault)
    const first = await deskOf(memory, server).model.chat({ messages, ...given })
    const { usd: _usd, ...again } = await deskOf(memory, server, { id: 'bob' }).model.chat({ messages, ...given })
    expect(again).toMatchObject({ text: first.text, toolCalls: first.toolCalls, reused: true })
  })
})

describe('a question that was answered badly', () => {
  it.each<[string, readonly Fault[]]>([
    ['in no form', [text('It is Ann.'), text('Ann, I said.')]],
    ['in another form', [json({ name: 7 }), json({})]],
    ['by half', [text('{"name":"A', 'length'), text('{"name":"A', 'length')]],
    ['by a refusal after a fault', [json({ name: 7 }), { kind: 'refusal' }]],
  ])('%s is not poisoned: the next who asks gets a good answer', async (_, faults) => {
    const [server, store] = [await startServer(), mapStore()]
    const [ours, theirs] = [await openStore(store), await openStore(store)]
    const request = { messages, schema: person }
    for (const memory of [ours, theirs, ours]) {
      server.fail(...faults)
      const asked = deskOf(memory, server).model.object(request)
      await expect(asked).rejects.toMatchObject({ code: expect.stringMatching(/^SKEIN_MODEL_(OUTPUT|REFUSED)$/) })
    }
    server.fail(json({ name: 'Ann' }))
    expect((await deskOf(theirs, server).model.object(request)).value).toEqual({ name: 'Ann' })
    expect(await deskOf(ours, server).model.object(request)).toMatchObject({ value: { name: 'Ann' }, reused: true })
    expect(server.reached).toHaveLength(7)
  })

  it('with sentences that nothing backs is not poisoned either', async () => {
    const [server, store] = [await startServer(), mapStore()]
    const [ours, theirs] = [await openStore(store), await openStore(store)]
    const request = { messages, passages, maxSentences: 2 }
    server.fail(quoting('Fish fly.'), quoting('Fish do fly.'))
    await expect(deskOf(ours, server).model.cite(request)).rejects.toMatchObject({ code: 'SKEIN_MODEL_CITATION' })
    server.fail(quoting('Fish fly.'), quoting('geese flew south over the lake'))
    expect((await deskOf(theirs, server).model.cite(request)).sentences).toHaveLength(1)
    // What counts is the corrected answer, under the first question: one look finds it.
    expect(await deskOf(ours, server).model.cite(request)).toMatchObject({ reused: true, sentences: [{}] })
    expect(server.reached).toHaveLength(4)
  })

  it('fails for all who wait for the same answer, who pay for it once', async () => {
    const [server, store] = [await startServer(), mapStore()]
    const [ours, theirs] = [await openStore(store), await openStore(store)]
    const late = Promise.withResolvers<void>()
    server.fail({ kind: 'silence', until: late.promise, after: json({ name: 7 }) }, json({ name: 8 }))
    const request = { messages, schema: person }
    const first = deskOf(ours, server).model.object(request)
    await server.whenReached(1)
    const joined = deskOf(ours, server, { id: 'bob' }).model.object(request)
    const elsewhere = deskOf(theirs, server).model.object(request)
    while (theirs.stats().misses === 0) await new Promise(setImmediate)
    late.resolve()
    const failed = { status: 'rejected', reason: { code: 'SKEIN_MODEL_OUTPUT' } }
    expect(await Promise.allSettled([first, joined, elsewhere])).toMatchObject([failed, failed, failed])
    expect(server.reached).toHaveLength(2)
  })
})

describe('a stored answer', () => {
  it('that does not pass its check any more is asked for again, and replaced', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model } = deskOf(memory, server)
    const jsonSchema = { type: 'object' }
    server.fail(json({ name: 'Ann' }))
    await model.object({ messages, schema: person, jsonSchema })
    const stricter = z.object({ name: z.string().min(5) })
    server.fail(json({ name: 'Annabel' }))
    const { value, reused } = await model.object({ messages, schema: stricter, jsonSchema })
    expect([value.name, reused]).toEqual(['Annabel', false])
    expect((await model.object({ messages, schema: person, jsonSchema })).value.name).toBe('Annabel')
    expect(server.reached).toHaveLength(2)
  })

  it.each<[string, unknown]>([
    [
      'was cut',
      { text: 'Geese fl', toolCalls: [], finishReason: 'length', usage: { inputTokens: 1, outputTokens: 1 } },
    ],
    ['is empty', { text: '', toolCalls: [], finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 } }],
    ['is no answer', { answer: 42 }],
    ['is nothing', null],
  ])('of an earlier version that %s is asked for again', async (_, kept) => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model, view } = deskOf(memory, server)
    await model.chat({ messages })
    const [record] = (await view.records.list({ collection: 'work' })).items
    const { key } = parseWorkId(record?.id ?? '')
    await view.forgetWork(key)
    await view.once(key, () => kept)
    expect(await model.chat({ messages })).toMatchObject({ text: 'You said: Who is it?', reused: false })
    expect((await model.chat({ messages })).reused).toBe(true)
  })
})

describe('forget', () => {
  it.each(['chat', 'object', 'cite', 'embed'] as const)('heals %s, for every process', async (kind) => {
    const [server, store] = [await startServer(), mapStore()]
    const [ours, theirs] = [await openStore(store), await openStore(store)]
    const requests = {
      chat: { messages, passages },
      object: { messages, passages, schema: person, name: 'person' },
      cite: { messages, passages, maxSentences: 2 },
      embed: { texts: ['north', 'south'] },
    }
    const ask = (memory: typeof ours): Promise<{ readonly reused: boolean }> => {
      const { model } = deskOf(memory, server)
      if (kind === 'object') server.fail(json({ name: 'Ann' }))
      if (kind === 'object') return model.object(requests.object)
      return kind === 'chat'
        ? model.chat(requests.chat)
        : kind === 'cite'
          ? model.cite(requests.cite)
          : model.embed(requests.embed)
    }
    const { model } = deskOf(theirs, server)
    expect(await model.forget(requests[kind])).toBe(false)
    await ask(ours)
    expect((await ask(theirs)).reused).toBe(true)
    expect(await model.forget(requests[kind])).toBe(true)
    expect((await ask(ours)).reused).toBe(false)
    expect((await ask(theirs)).reused).toBe(true)
  })

  it('covers all calls of a cited answer that took several', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const many = Array.from({ length: 40 }, (_, index) => ({
      id: `part ${index}`,
      text: `Goose number ${index} flew over lake ${index} in the autumn. Then it slept for ${index} hours there.`,
    }))
    const request = { messages, passages: many, maxSentences: 2 }
    const { model, view } = deskOf(memory, server, {}, { maxPassageTokens: 100 })
    await model.cite(request)
    const calls = server.reached.length
    expect((await view.records.list({ collection: 'work' })).items).toHaveLength(calls)
    await model.forget(request)
    expect((await view.records.list({ collection: 'work' })).items).toEqual([])
    expect((await model.cite(request)).reused).toBe(false)
    expect(server.reached).toHaveLength(2 * calls)
  })
})

describe('a vector', () => {
  const embedding = async (
    driver: StoreDriver,
    vectors: readonly (readonly number[])[],
  ): Promise<Required<Model>['embed']> => {
    const answers = vectors.map((parts) => Float32Array.from(parts))
    const embed = async ({ texts }: { readonly texts: readonly string[] }): Promise<EmbedResponse> => ({
      vectors: texts.map(() => answers.shift() ?? Float32Array.of(1, 0)),
      usage: { inputTokens: texts.length, outputTokens: 0 },
    })
    const model: Model = { id: 'test/vectors', descriptor: { module: '', name: '', options: {} }, embed }
    const shared = shareModel(model, (await openStore(driver)).as({ id: 'ann', role: 'reader' }))
    return (request) => shared.embed(request)
  }

  it.each([
    ['of zeros', [0, 0]],
    ['that is not a number', [Number.NaN, 1]],
    ['that is infinite', [Infinity, 1]],
    ['that is empty', []],
  ])('%s is an error, and kept for nobody; those beside it are kept', async (_, bad) => {
    const embed = await embedding(mapStore(), [bad, [0, 1]])
    await expect(embed({ texts: ['north', 'south'] })).rejects.toMatchObject({ code: 'SKEIN_MODEL_MALFORMED' })
    const { vectors } = await embed({ texts: ['north', 'south'] })
    expect(vectors).toEqual([Float32Array.of(1, 0), Float32Array.of(0, 1)])
  })

  it('of another length than was asked for is an error', async () => {
    const embed = await embedding(mapStore(), [[1, 0]])
    await expect(embed({ texts: ['north'], dimensions: 3 })).rejects.toMatchObject({ code: 'SKEIN_MODEL_MALFORMED' })
  })
})

it('answers of models of other providers pass the same check', async () => {
  const answers = ['', 'Fine.']
  const chat = async (): Promise<ChatResponse> => ({
    text: answers.shift() ?? 'Never.',
    toolCalls: [],
    finishReason: 'stop',
    usage: { inputTokens: 1, outputTokens: 1 },
  })
  const model: Model = { id: 'test/chat', descriptor: { module: '', name: '', options: {} }, chat }
  const shared = shareModel(model, (await openStore()).as({ id: 'ann', role: 'reader' }))
  const texts = [1, 2, 3].map(() => async () => (await shared.chat({ messages })).text)
  expect([await texts[0]?.(), await texts[1]?.(), await texts[2]?.()]).toEqual(['', 'Fine.', 'Fine.'])
})
