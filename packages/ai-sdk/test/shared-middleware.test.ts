import { once } from 'node:events'

import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { sharedEmbeddingMiddleware, sharedMiddleware } from '@skein/ai-sdk'
import type { SharedMiddlewareOptions } from '@skein/ai-sdk'
import { ReadScope } from '@skein/memory/runtime'
import type { Memory } from '@skein/memory'
import * as newest from 'ai'
import * as oldest from 'ai-oldest'
import { MockEmbeddingModelV4, MockLanguageModelV4 } from 'ai/test'
import { describe, expect, it } from 'vitest'

import { generations, newestModel, openStore, startServer } from './local-models.ts'

type Options = Partial<SharedMiddlewareOptions>

/** A model as an agent of the SDK uses it. */
function modelOf(memory: Memory, id: string, model: LanguageModelV4, options: Options = {}): LanguageModelV4 {
  const view = memory.as({ id, role: 'reader' }, new ReadScope())
  const middleware = sharedMiddleware({ memory: view, retry: { baseDelayMs: 1 }, ...options })
  return newest.wrapLanguageModel({ model, middleware })
}

const local = (url: string): LanguageModelV4 => newestModel(url) as LanguageModelV4
const prompt = 'Hello there.'

describe.each([
  ['the oldest AI SDK of the range', oldest as unknown as typeof newest],
  ['the newest', newest],
])('with %s, a shared call', (_, ai) => {
  it('is made once for all agents that ask at the same time, whole or streamed, and never again', async () => {
    const [server, memory] = [await startServer({ delayMs: 10 }), await openStore()]
    const models = ['ann', 'bob', 'cid', 'dot'].map((id) => modelOf(memory, id, local(server.url)))
    const asked = models.map(async (model, index) => {
      if (index % 2 === 0) return (await ai.generateText({ model, prompt })).text
      return ai.streamText({ model, prompt }).text
    })
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['You said: Hello there.']))
    const again = await ai.generateText({ model: modelOf(memory, 'eve', local(server.url)), prompt })
    expect(again.providerMetadata?.['skein']).toEqual({ reused: true })
    expect(again.usage.inputTokens).toBeGreaterThan(0)
    expect(server.reached).toHaveLength(1)
    const { model: line } = await memory.ledger()
    expect(line).toMatchObject({ reused: 4, used: { calls: 1 }, saved: { calls: 4 } })
  })

  it('streams to who makes it, and then the whole answer in the same sequence to who asks later', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const partsFor = async (id: string): Promise<string[]> => {
      const { fullStream } = ai.streamText({ model: modelOf(memory, id, local(server.url)), prompt })
      const types = (await Array.fromAsync(fullStream)).map(({ type }) => type)
      return types.filter((type, index) => type !== types[index - 1])
    }
    const first = await partsFor('ann')
    expect(first).toContain('text-delta')
    expect(await partsFor('bob')).toEqual(first)
    expect(server.reached).toHaveLength(1)
  })

  it('is retried while nothing was shown, and joined by who streams meanwhile', async () => {
    const [server, memory] = [await startServer({ delayMs: 5 }), await openStore()]
    const busy = { error: { message: 'Slow down', type: 'rate_limit_error', code: '429' } }
    server.fail({ kind: 'events', events: [busy] }, { kind: 'error', status: 503 })
    const asked = ['ann', 'bob'].map(async (id) => {
      const { stream } = await modelOf(memory, id, local(server.url)).doStream(call)
      return (await Array.fromAsync(stream)).map(({ type }) => type)
    })
    const [first = [], second = []] = await Promise.all(asked)
    expect(first.filter((type) => type === 'stream-start' || type === 'finish')).toEqual(['stream-start', 'finish'])
    expect(new Set(second)).toEqual(new Set(first))
    expect(server.reached).toHaveLength(3)
  })

  it('gives objects', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    for (const id of ['ann', 'bob']) {
      const schema = ai.jsonSchema<{ echo: string }>({ type: 'object', properties: { echo: { type: 'string' } } })
      const output = ai.Output.object({ schema })
      const answer = await ai.generateText({ model: modelOf(memory, id, local(server.url)), prompt, output })
      expect(answer.output.echo).toContain(prompt)
    }
    expect(server.reached).toHaveLength(1)
  })

  it('fails as calls of agents do, before the stream begins or within it', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const model = modelOf(memory, 'ann', local(server.url), { retry: { maxRetries: 0 } })
    server.fail({ kind: 'error', status: 401 }, { kind: 'error', status: 401 }, { kind: 'cut', pieces: 2 })
    await expect(ai.generateText({ model, prompt })).rejects.toMatchObject({ code: 'SKEIN_MODEL_AUTH' })
    const errors: unknown[] = []
    const onError = ({ error }: { readonly error: unknown }): void => void errors.push(error)
    await Array.fromAsync(ai.streamText({ model, prompt, onError }).fullStream)
    const parts = await Array.fromAsync(ai.streamText({ model, prompt, onError }).fullStream)
    expect(parts.map(({ type }) => type)).toEqual(expect.arrayContaining(['text-delta', 'error']))
    expect(errors).toMatchObject([{ code: 'SKEIN_MODEL_AUTH' }, { code: 'SKEIN_MODEL_CUT' }])
    server.fail({ kind: 'error', status: 503 })
    await expect(ai.generateText({ model, prompt })).rejects.toMatchObject({ code: 'SKEIN_MODEL_SERVER' })
    expect(server.reached).toHaveLength(4)
  })

  it('embeds each text once', async () => {
    const memory = await openStore()
    const model = new MockEmbeddingModelV4({
      maxEmbeddingsPerCall: 100,
      doEmbed: ({ values }) =>
        Promise.resolve({
          embeddings: values.map((text) => [text.length, 1]),
          usage: { tokens: values.length },
          warnings: [],
        }),
    })
    const view = memory.as({ id: 'ann', role: 'reader' }, new ReadScope())
    const wrapped = ai.wrapEmbeddingModel({ model, middleware: sharedEmbeddingMiddleware({ memory: view }) })
    const { embeddings } = await ai.embedMany({ model: wrapped, values: ['a', 'bb', 'a'] })
    expect(embeddings).toEqual([
      [1, 1],
      [2, 1],
      [1, 1],
    ])
    const { embedding, providerMetadata } = await ai.embed({ model: wrapped, value: 'bb' })
    expect([embedding, providerMetadata?.['skein']]).toEqual([[2, 1], { reused: true }])
    expect(model.doEmbedCalls.map(({ values }) => values)).toEqual([['a', 'bb']])
    await ai.embed({ model: wrapped, value: 'bb', providerOptions: { acme: { dimensions: 2 } } })
    expect(model.doEmbedCalls).toHaveLength(2)
  })
})

/** A scripted model: each call gets the next answer, the last one for ever. */
function scripted(...answers: readonly Partial<Answer>[]): MockLanguageModelV4 {
  let calls = 0
  const next = (): Answer => ({ ...usual, ...answers[Math.min(calls++, answers.length - 1)] })
  return new MockLanguageModelV4({
    provider: 'acme',
    modelId: 'm',
    doGenerate: () => Promise.resolve(next()),
    doStream: () => {
      const { content, ...end } = next()
      return Promise.resolve({ stream: newest.simulateReadableStream({ chunks: chunksOf(content, end) }) })
    },
  })
}

type Answer = Awaited<ReturnType<LanguageModelV4['doGenerate']>>

const usual: Answer = {
  content: [{ type: 'text', text: 'Yes.' }],
  finishReason: { unified: 'stop', raw: 'stop' },
  usage: {
    inputTokens: { total: 10, noCache: 4, cacheRead: 6, cacheWrite: 0 },
    outputTokens: { total: 2, text: 2, reasoning: 0 },
  },
  warnings: [],
}

function chunksOf(content: Answer['content'], end: Omit<Answer, 'content'>): LanguageModelV4StreamPart[] {
  const { finishReason, usage } = end
  return [
    { type: 'stream-start', warnings: [] },
    ...content.flatMap((part, index): LanguageModelV4StreamPart[] => {
      const id = String(index)
      if (part.type !== 'text' && part.type !== 'reasoning') return [part as LanguageModelV4StreamPart]
      const { type, text } = part
      const half = Math.ceil(text.length / 2)
      return [
        { type: `${type}-start`, id },
        { type: `${type}-delta`, id, delta: text.slice(0, half) },
        { type: `${type}-delta`, id, delta: text.slice(half) },
        { type: `${type}-end`, id, ...(part.providerMetadata && { providerMetadata: part.providerMetadata }) },
      ]
    }),
    { type: 'finish', finishReason, usage },
  ]
}

const call = { prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: prompt }] }] }

async function streamed(
  model: LanguageModelV4,
  params: Parameters<LanguageModelV4['doStream']>[0] = call,
): Promise<LanguageModelV4StreamPart[]> {
  return Array.fromAsync((await model.doStream(params)).stream)
}

describe('what is remembered', () => {
  it('is the answer with its thoughts, sources, files and metadata, the same whole as in pieces', async () => {
    const memory = await openStore()
    const content: Answer['content'] = [
      { type: 'reasoning', text: 'Let me see.', providerMetadata: { acme: { signature: 'abc' } } },
      { type: 'text', text: 'Yes, as this says.' },
      { type: 'source', sourceType: 'url', id: 's', url: 'https://example.com', title: 'This' },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: new Uint8Array([1, 2, 3]) } },
    ]
    const model = scripted({ content })
    const first = await modelOf(memory, 'ann', model).doGenerate(call)
    expect(first.content).toEqual(content)
    const kept = [
      ...content.slice(0, 3),
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AQID' } },
    ]
    const again = await modelOf(memory, 'bob', model).doGenerate(call)
    expect(again).toMatchObject({ content: kept, finishReason: usual.finishReason, usage: usual.usage })
    expect(await streamed(modelOf(memory, 'cid', model))).toEqual([
      { type: 'stream-start', warnings: [] },
      { type: 'response-metadata' },
      { type: 'reasoning-start', id: '0' },
      { type: 'reasoning-delta', id: '0', delta: 'Let me see.' },
      { type: 'reasoning-end', id: '0', providerMetadata: { acme: { signature: 'abc' } } },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'Yes, as this says.' },
      { type: 'text-end', id: '1' },
      ...kept.slice(2),
      {
        type: 'finish',
        finishReason: usual.finishReason,
        usage: usual.usage,
        providerMetadata: { skein: { reused: true } },
      },
    ])
    expect([model.doGenerateCalls.length, model.doStreamCalls.length]).toEqual([1, 0])
  })

  it('is put together from a stream, for those who ask for a whole answer', async () => {
    const memory = await openStore()
    const content: Answer['content'] = [
      { type: 'reasoning', text: 'Hm.', providerMetadata: { acme: { signature: 'abc' } } },
      { type: 'text', text: 'Yes.' },
    ]
    const model = scripted({ content })
    await streamed(modelOf(memory, 'ann', model))
    expect((await modelOf(memory, 'bob', model).doGenerate(call)).content).toEqual(content)
    expect([model.doGenerateCalls.length, model.doStreamCalls.length]).toEqual([0, 1])
  })

  it.each<[string, Partial<Answer>]>([
    ['was cut', { finishReason: { unified: 'length', raw: 'length' } }],
    ['was filtered', { finishReason: { unified: 'content-filter', raw: 'x' } }],
    ['says nothing', { content: [{ type: 'text', text: ' ' }] }],
    ['ended for another reason', { finishReason: { unified: 'other', raw: 'pause' } }],
    [
      'holds what JSON can not',
      {
        content: [
          ...usual.content,
          { type: 'file', mediaType: 'x/y', data: { type: 'url', url: new URL('https://example.com/f') } },
        ],
      },
    ],
  ])('is no answer that %s', async (_, answer) => {
    const memory = await openStore()
    const model = scripted(answer, answer, usual)
    const bob = modelOf(memory, 'bob', model)
    expect((await modelOf(memory, 'ann', model).doGenerate(call)).content).toEqual(answer.content ?? usual.content)
    expect((await streamed(bob)).map(({ type }) => type)).toContain('finish')
    expect(await bob.doGenerate(call)).toMatchObject({
      content: usual.content,
      providerMetadata: { skein: { reused: false } },
    })
    expect(await bob.doGenerate(call)).toMatchObject({ providerMetadata: { skein: { reused: true } } })
  })

  it('differs by everything that changes an answer, and by nothing else', async () => {
    const memory = await openStore()
    const model = scripted(usual)
    const ann = modelOf(memory, 'ann', model)
    const image = (byte: number) => ({
      type: 'file' as const,
      mediaType: 'image/png',
      data: { type: 'data' as const, data: new Uint8Array([byte]) },
    })
    const different: Parameters<LanguageModelV4['doGenerate']>[0][] = [
      call,
      { ...call, temperature: 0 },
      { ...call, topK: 3 },
      { ...call, reasoning: 'low' },
      { ...call, seed: 1 },
      { ...call, providerOptions: { acme: { a: 1, b: 2 } } },
      { prompt: [{ role: 'user', content: [image(1)] }] },
      { prompt: [{ role: 'user', content: [image(2)] }] },
    ]
    for (const params of different) await ann.doGenerate(params)
    expect(model.doGenerateCalls).toHaveLength(different.length)
    await ann.doGenerate({ ...call, providerOptions: { acme: { b: 2, a: 1 } } })
    await ann.doGenerate({ ...call, headers: { 'user-agent': 'x' }, abortSignal: new AbortController().signal })
    expect(model.doGenerateCalls).toHaveLength(different.length)
    await ann.doGenerate({ ...call, temperature: 0.7 })
    await ann.doGenerate({ ...call, temperature: 0.7 })
    expect(model.doGenerateCalls).toHaveLength(different.length + 2)
  })
})

describe('a call that offers tools', () => {
  const pay = { type: 'function' as const, name: 'pay', inputSchema: { type: 'object' as const } }
  const paying: Partial<Answer> = {
    content: [{ type: 'tool-call', toolCallId: 't1', toolName: 'pay', input: '{}' }],
    finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
  }

  it('is not remembered, since its effects would happen again, unless the tools are named as harmless', async () => {
    const memory = await openStore()
    const model = scripted(paying)
    const ann = modelOf(memory, 'ann', model)
    for (let time = 0; time < 2; time += 1) await ann.doGenerate({ ...call, tools: [pay] })
    expect(model.doGenerateCalls).toHaveLength(2)
    const bob = modelOf(memory, 'bob', model, { readOnlyTools: ['pay'] })
    for (let time = 0; time < 2; time += 1) await bob.doGenerate({ ...call, tools: [pay] })
    expect(model.doGenerateCalls).toHaveLength(3)
    const other = { ...pay, name: 'send' }
    for (let time = 0; time < 2; time += 1) await bob.doGenerate({ ...call, tools: [pay, other] })
    expect(model.doGenerateCalls).toHaveLength(5)
  })

  it('streams a remembered call of a tool in the sequence of providers', async () => {
    const memory = await openStore()
    const ann = modelOf(memory, 'ann', scripted(paying), { readOnlyTools: ['pay'] })
    await ann.doGenerate({ ...call, tools: [pay] })
    expect((await streamed(ann, { ...call, tools: [pay] })).map(({ type }) => type)).toEqual([
      'stream-start',
      'response-metadata',
      'tool-input-start',
      'tool-input-delta',
      'tool-input-end',
      'tool-call',
      'finish',
    ])
  })

  it('is shared where no tool may be called', async () => {
    const memory = await openStore()
    const model = scripted(usual)
    const ann = modelOf(memory, 'ann', model)
    const asked = { ...call, tools: [pay], toolChoice: { type: 'none' as const } }
    await ann.doGenerate(asked)
    await ann.doGenerate(asked)
    expect(model.doGenerateCalls).toHaveLength(1)
  })
})

it('models of providers for the SDK 5 and 6 are shared, too', async () => {
  const [server, memory] = [await startServer(), await openStore()]
  for (const version of ['V2', 'V3'] as const) {
    const { chat } = generations[version](server.url)
    for (const id of ['ann', 'bob']) {
      const view = memory.as({ id, role: 'reader' }, new ReadScope())
      const middleware = sharedMiddleware({ memory: view, id: version })
      const model = newest.wrapLanguageModel({ model: chat as LanguageModelV4, middleware })
      expect((await newest.generateText({ model, prompt })).text).toBe('You said: Hello there.')
      expect(await newest.streamText({ model, prompt }).text).toBe('You said: Hello there.')
    }
  }
  expect(server.reached).toHaveLength(2)
})

describe('a caller', () => {
  it('may leave: the others get the answer', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const late = Promise.withResolvers<void>()
    server.fail({ kind: 'stall', until: late.promise })
    const control = new AbortController()
    const { stream } = await modelOf(memory, 'ann', local(server.url)).doStream({
      ...call,
      abortSignal: control.signal,
    })
    const reader = stream.getReader()
    await reader.read()
    const second = modelOf(memory, 'bob', local(server.url)).doGenerate(call)
    await new Promise(setImmediate)
    control.abort(new Error('enough'))
    await expect(drained(reader)).rejects.toThrow('enough')
    late.resolve()
    expect((await second).content).toEqual([{ type: 'text', text: 'You said: Hello there.' }])
    expect(server.reached).toHaveLength(1)
  })

  it('that reads no further ends the call, if nobody else waits', async () => {
    const memory = await openStore()
    const endless = new ReadableStream<LanguageModelV4StreamPart>({
      start: (controller) => controller.enqueue({ type: 'text-delta', id: '0', delta: 'Well,' }),
    })
    const model = new MockLanguageModelV4({ doStream: { stream: endless } })
    const { stream } = await modelOf(memory, 'ann', model).doStream(call)
    const signal = model.doStreamCalls[0]?.abortSignal as AbortSignal
    const aborted = once(signal, 'abort')
    await stream.cancel()
    await aborted
  })

  it('sends nothing that the model may not see, and stays within the budget', async () => {
    const memory = await openStore()
    const model = scripted(usual)
    const view = memory.as({ id: 'ann', role: 'reader', clearance: { level: 'confidential' } }, new ReadScope())
    await view.facts.set('salary', 7, { sensitivity: 'confidential' })
    await view.facts.get('salary')
    const wrapped = (options: Options): LanguageModelV4 =>
      newest.wrapLanguageModel({ model, middleware: sharedMiddleware({ memory: view, ...options }) })
    await expect(wrapped({}).doGenerate(call)).rejects.toMatchObject({ code: 'SKEIN_MODEL_CLEARANCE' })
    expect(model.doGenerateCalls).toEqual([])
    await wrapped({ allows: { level: 'confidential' } }).doGenerate(call)
    const other = memory.as({ id: 'bob', role: 'reader' }, new ReadScope())
    const small = sharedMiddleware({ memory: other, budget: { tokens: 5 } })
    const poor = newest.wrapLanguageModel({ model, middleware: small })
    await expect(poor.doGenerate(call)).rejects.toMatchObject({ code: 'SKEIN_BUDGET' })
    expect(model.doGenerateCalls).toHaveLength(1)
  })

  it('counts what the provider wrote to its cache', async () => {
    const memory = await openStore()
    const price = { inputPerMillion: 1_000_000, cacheWritePerMillion: 2_000_000, outputPerMillion: 0 }
    const inputTokens = { total: 10, noCache: 6, cacheRead: 0, cacheWrite: 4 }
    const model = scripted({ ...usual, usage: { ...usual.usage, inputTokens } })
    const { providerMetadata } = await modelOf(memory, 'ann', model, { price }).doGenerate(call)
    expect(providerMetadata?.['skein']).toEqual({ reused: false, usd: 14 })
  })

  it('pays the price that it names, once', async () => {
    const memory = await openStore()
    const price = { inputPerMillion: 1_000_000, cachedInputPerMillion: 500_000, outputPerMillion: 2_000_000 }
    const model = scripted(usual)
    const first = await modelOf(memory, 'ann', model, { price }).doGenerate(call)
    expect(first.providerMetadata?.['skein']).toEqual({ reused: false, usd: 11 })
    await modelOf(memory, 'bob', model, { price }).doGenerate(call)
    const { model: line } = await memory.ledger()
    expect([line?.used, line?.saved]).toMatchObject([
      { calls: 1, usd: 11, cachedInputTokens: 6 },
      { calls: 1, usd: 11 },
    ])
  })
})

async function drained(reader: ReadableStreamDefaultReader<unknown>): Promise<void> {
  while (!(await reader.read()).done);
}
