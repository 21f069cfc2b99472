import type { EmbeddingModelV4, LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import { aiSdkModel } from '@skein/ai-sdk'
import { shareModel } from '@skein/core'
import { ReadScope } from '@skein/memory/runtime'
import { wrapEmbeddingModel } from 'ai'
import { MockEmbeddingModelV4, MockLanguageModelV4 } from 'ai/test'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import { generations, newestModel, openStore, startServer } from './local-models.ts'

const hello = { messages: [{ role: 'user', text: 'Hello there.' }] } as const
const tools = [{ name: 'weather', description: 'Of a city', parameters: { type: 'object', required: ['city'] } }]

describe.each(Object.entries(generations))('a model of version %s', (_, models) => {
  it('answers once for all agents, whole and in pieces, and its cost is in the ledger', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const price = { inputPerMillion: 1, outputPerMillion: 2 }
    const model = aiSdkModel(models(server.url).chat, { price })
    const [ann, bob] = ['ann', 'bob'].map((id) => shareModel(model, memory.as({ id, role: 'reader' }, new ReadScope())))
    const pieces: string[] = []
    const first = await ann?.chat(hello, { onText: (piece) => pieces.push(piece) })
    expect(first).toMatchObject({ text: 'You said: Hello there.', finishReason: 'stop', reused: false })
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.join('')).toBe(first?.text)
    expect(await bob?.chat(hello)).toMatchObject({ text: first?.text, reused: true, usage: first?.usage })
    expect(server.reached).toHaveLength(1)
    const { model: line } = await memory.ledger()
    expect(line?.used).toMatchObject({ calls: 1, ...tokensOf(first) })
    expect(line?.saved.usd).toBeCloseTo(
      ((first?.usage.inputTokens ?? 0) + 2 * (first?.usage.outputTokens ?? 0)) / 1e6,
      12,
    )
    expect(model.id).toBe('local.chat/gpt-test')
  })

  it('counts tokens of the prompt cache', async () => {
    const server = await startServer()
    const usage = { prompt_tokens: 100, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 80 } }
    server.fail({ kind: 'usage', usage }, { kind: 'usage', usage })
    const model = aiSdkModel(models(server.url).chat)
    const expected = { inputTokens: 100, outputTokens: 5, cachedInputTokens: 80 }
    expect((await model.chat?.(hello))?.usage).toEqual(expected)
    expect((await model.chat?.(hello, { onText: () => {} }))?.usage).toEqual(expected)
  })

  it('calls tools, and is told what they returned', async () => {
    const server = await startServer()
    const call = { kind: 'tool-call', name: 'weather', arguments: '{"city":"Rome"}' } as const
    server.fail(call, call)
    const model = aiSdkModel(models(server.url).chat)
    const expected = [{ id: 'call_1', name: 'weather', arguments: { city: 'Rome' } }]
    const asked = { ...hello, tools, toolChoice: 'required' } as const
    expect(await model.chat?.(asked)).toMatchObject({ finishReason: 'tool-calls', toolCalls: expected })
    expect((await model.chat?.(asked, { onText: () => {} }))?.toolCalls).toEqual(expected)
    const messages = [
      ...hello.messages,
      { role: 'assistant', text: '', toolCalls: expected },
      { role: 'tool', toolCallId: 'call_1', text: 'Sunny.' },
    ] as const
    await model.chat?.({ messages, tools, temperature: 0, maxOutputTokens: 9, stop: ['x'], seed: 3, topP: 0.5 })
    const [first, , last] = server.reached
    expect(first?.body).toMatchObject({ tool_choice: 'required', tools: [{ function: { name: 'weather' } }] })
    expect(last?.body).toMatchObject({ temperature: 0, max_tokens: 9, stop: ['x'], seed: 3, top_p: 0.5 })
    expect(last?.body.messages.slice(1)).toMatchObject([
      {
        role: 'assistant',
        tool_calls: [{ id: 'call_1', function: { name: 'weather', arguments: '{"city":"Rome"}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'Sunny.' },
    ])
  })

  it('answers with objects, and with sentences that cite passages', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const model = shareModel(
      aiSdkModel(models(server.url).chat),
      memory.as({ id: 'ann', role: 'reader' }, new ReadScope()),
    )
    const { value } = await model.object({ ...hello, schema: z.object({ echo: z.string() }) })
    expect(value.echo).toContain('Hello there.')
    const passages = [{ id: 'report', text: 'Energy is saved in every home. The arts are precious.' }]
    const { sentences } = await model.cite({ messages: [{ role: 'user', text: 'Energy?' }], passages, maxSentences: 1 })
    expect(sentences).toEqual([
      { text: 'Energy is saved in every home.', citations: [{ passage: 'report', start: 0, end: 30 }] },
    ])
  })

  it('makes vectors, each text once', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { chat, embedder } = models(server.url)
    const view = memory.as({ id: 'ann', role: 'reader' }, new ReadScope())
    const price = { inputPerMillion: 50, outputPerMillion: 50 }
    const embedPrice = { inputPerMillion: 2, outputPerMillion: 0 }
    const model = shareModel(aiSdkModel(chat, { embedder, price, embedPrice, budget: { usd: 1 } }), view)
    const { vectors, usage, usd } = await model.embed({ texts: ['one', 'one'] })
    expect(vectors.map(({ length }) => length)).toEqual([8, 8])
    expect(usage).toEqual({ inputTokens: 1, outputTokens: 0 })
    expect(usd).toBeCloseTo(2 / 1e6, 12)
    expect((await model.embed({ texts: ['one'] })).reused).toBe(true)
    expect(server.reached.map(({ path }) => path)).toEqual(['/v1/embeddings'])
  })
})

describe('a schema', () => {
  const schema = z.object({ echo: z.string() })
  const ask = async (url: string, models = generations.V4): Promise<unknown> => {
    const memory = await openStore()
    const model = shareModel(aiSdkModel(models(url).chat), memory.as({ id: 'ann', role: 'reader' }, new ReadScope()))
    await model.object({ ...hello, schema })
    return model
  }

  it('is enforced where the model says it can, and told in words where it says it can not', async () => {
    const server = await startServer()
    await ask(server.url)
    await ask(server.url, generations.V3)
    const [native, told] = server.reached
    expect(native?.body.response_format).toMatchObject({ type: 'json_schema' })
    expect(native?.prompt).not.toContain('fits this JSON Schema')
    expect(told?.body.response_format).toEqual({ type: 'json_object' })
    expect(told?.body.messages[0]?.content).toContain('fits this JSON Schema')
  })

  it('that a server refuses is told in words, from then on', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail({ kind: 'error', status: 400, message: "Invalid schema for response_format 'answer'." })
    const model = shareModel(
      aiSdkModel(newestModel(server.url)),
      memory.as({ id: 'ann', role: 'reader' }, new ReadScope()),
    )
    for (const text of ['one', 'two']) await model.object({ messages: [{ role: 'user', text }], schema })
    expect(server.reached.map(({ body }) => body.response_format?.type)).toEqual([
      'json_schema',
      'json_object',
      'json_object',
    ])
  })

  it('that a model warns to have ignored is told in words the next time', async () => {
    const model = new MockLanguageModelV4({
      doGenerate: {
        content: [{ type: 'text', text: '{"echo":"x"}' }],
        finishReason: { unified: 'stop', raw: 'stop' },
        usage: noUsage,
        warnings: [{ type: 'unsupported', feature: 'responseFormat' }],
      },
    })
    const skein = aiSdkModel(model)
    const asked = { ...hello, schema: { name: 'answer', schema: { type: 'object' } } }
    await skein.chat?.(asked)
    await skein.chat?.(asked)
    const prompts = model.doGenerateCalls.map(({ prompt }) => JSON.stringify(prompt).includes('fits this JSON Schema'))
    expect(prompts).toEqual([false, true])
  })
})

describe('options of providers', () => {
  it('come with the model or with one request, and are part of what identifies the answer', async () => {
    const model = new MockLanguageModelV4({ provider: 'acme', modelId: 'm', doGenerate: answering('Yes.') })
    const plain = aiSdkModel(model)
    const low = aiSdkModel(model, { providerOptions: { acme: { effort: 'low', user: 'x' } } })
    expect(low.id).not.toBe(plain.id)
    expect(low.id).toMatch(/^acme\/m\+/)
    await low.chat?.({ ...hello, extra: { acme: { effort: 'high' }, other: { a: 1 } } })
    expect(model.doGenerateCalls[0]?.providerOptions).toEqual({ acme: { effort: 'high', user: 'x' }, other: { a: 1 } })
    await expect(plain.chat?.({ ...hello, extra: { effort: 'low' } })).rejects.toMatchObject({
      code: 'SKEIN_OPTION',
      option: 'extra.effort',
    })
    expect(aiSdkModel(model, { id: 'mine' }).id).toBe('mine')
  })
})

describe('vectors', () => {
  const embedder = (parallel: boolean): MockEmbeddingModelV4 & { open: number; most: number } => {
    const model = new MockEmbeddingModelV4({
      maxEmbeddingsPerCall: 2,
      supportsParallelCalls: parallel,
      doEmbed: async ({ values }) => {
        counts.most = Math.max(counts.most, (counts.open += 1))
        await new Promise(setImmediate)
        counts.open -= 1
        return { embeddings: values.map((text) => [text.length, 1]), warnings: [] }
      },
    })
    const counts = Object.assign(model, { open: 0, most: 0 })
    return counts
  }

  it('come in calls of the size that the model takes, at the same time only where it allows that', async () => {
    const texts = ['a', 'bb', 'ccc', 'dddd', 'eeeee']
    for (const [parallel, most] of [
      [true, 3],
      [false, 1],
    ] as const) {
      const model = embedder(parallel)
      const answer = await aiSdkModel(model).embed?.({ texts })
      expect(answer?.vectors.map(([length]) => length)).toEqual([1, 2, 3, 4, 5])
      expect(answer?.usage.estimated).toBe(true)
      expect(model.doEmbedCalls.map(({ values }) => values.length)).toEqual([2, 2, 1])
      expect(model.most).toBe(most)
    }
  })

  it('that came before a failure are not asked for again', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const model = wrapEmbeddingModel({
      model: generations.V4(server.url).embedder as EmbeddingModelV4,
      middleware: {
        specificationVersion: 'v4',
        overrideMaxEmbeddingsPerCall: () => 1,
        overrideSupportsParallelCalls: () => false,
      },
    })
    const view = memory.as({ id: 'ann', role: 'reader' }, new ReadScope())
    const shared = shareModel(aiSdkModel(model, { retry: { baseDelayMs: 1 } }), view)
    server.fail({ kind: 'usage', usage: {} }, { kind: 'error', status: 503 })
    await shared.embed({ texts: ['one', 'two', 'three'] })
    expect(server.reached.map(({ body }) => body['input'])).toEqual([['one'], ['two'], ['two'], ['three']])
  })

  it('have the length of the provider, which refuses another one', async () => {
    const model = embedder(true)
    await expect(aiSdkModel(model).embed?.({ texts: ['a'], dimensions: 8 })).rejects.toMatchObject({
      code: 'SKEIN_OPTION',
      option: 'dimensions',
    })
    expect(model.doEmbedCalls).toEqual([])
  })
})

const noUsage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
}

function answering(text: string): LanguageModelV4GenerateResult {
  return {
    content: [{ type: 'text', text }],
    finishReason: { unified: 'stop', raw: 'stop' },
    usage: noUsage,
    warnings: [],
  }
}

function tokensOf(
  answer: { readonly usage: { readonly inputTokens: number; readonly outputTokens: number } } | undefined,
): object {
  return { inputTokens: answer?.usage.inputTokens, outputTokens: answer?.usage.outputTokens }
}
