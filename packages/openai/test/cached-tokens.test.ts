import type { Price } from '@skein/core/executor'
import type { OptionError } from '@skein/memory'
import { openaiModel, openaiPrices } from '@skein/openai'
import { describe, expect, it } from 'vitest'

import { deskOf, openStore, startServer } from './open-shared.ts'

const hello = { messages: [{ role: 'user', text: 'Hello.' }] } as const
const counts = { prompt_tokens: 1_000, completion_tokens: 10, total_tokens: 1_010 }
const inChoices = { choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }] }
const inOutput = { status: 'completed', output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hi.' }] }] }
const some = { inputTokens: 1_000, outputTokens: 10 }

/** What servers call the tokens that came from their cache. */
const reports: readonly (readonly [server: string, usage: object, read: object])[] = [
  ['OpenAI', { ...counts, prompt_tokens_details: { cached_tokens: 800 } }, { cachedInputTokens: 800 }],
  [
    'OpenAI, from GPT-5.6 on',
    { ...counts, prompt_tokens_details: { cached_tokens: 800, cache_write_tokens: 150 } },
    { cachedInputTokens: 800, cacheWriteTokens: 150 },
  ],
  ['DeepSeek', { ...counts, prompt_cache_hit_tokens: 800, prompt_cache_miss_tokens: 200 }, { cachedInputTokens: 800 }],
  ['Moonshot', { ...counts, cached_tokens: 800 }, { cachedInputTokens: 800 }],
  [
    'a server with two names, one of them empty',
    { ...counts, prompt_tokens_details: { cached_tokens: 0 }, cached_tokens: 800 },
    { cachedInputTokens: 800 },
  ],
  ['Gemini', { ...counts, cached_content_token_count: 800 }, { cachedInputTokens: 800 }],
  [
    'LiteLLM',
    { ...counts, cache_read_input_tokens: 800, cache_creation_input_tokens: 100 },
    { cachedInputTokens: 800, cacheWriteTokens: 100 },
  ],
  [
    'Anthropic, whose input tokens are the rest',
    { input_tokens: 100, output_tokens: 10, cache_read_input_tokens: 800, cache_creation_input_tokens: 100 },
    { cachedInputTokens: 800, cacheWriteTokens: 100 },
  ],
  [
    'a gateway to Anthropic that calls the rest `prompt_tokens`',
    { ...counts, prompt_tokens: 100, cache_read_input_tokens: 800, cache_creation_input_tokens: 100 },
    { cachedInputTokens: 800, cacheWriteTokens: 100 },
  ],
  ['a server that says nothing', counts, {}],
  ['a server that found nothing', { ...counts, prompt_tokens_details: { cached_tokens: 0 } }, {}],
  ['a server that has `null` for it', { ...counts, prompt_tokens_details: null }, {}],
  ['a server that counts more than there were', { ...counts, prompt_tokens_details: { cached_tokens: 1_001 } }, {}],
  ['a server that counts in text', { ...counts, prompt_tokens_details: { cached_tokens: '800' } }, {}],
]

describe('tokens from the prompt cache', () => {
  it.each(reports)('are known from %s', async (_, usage, read) => {
    const server = await startServer()
    const model = openaiModel({ model: 'm', baseURL: server.url })
    server.fail({ kind: 'usage', usage }, { kind: 'usage', usage })
    expect((await model.chat(hello)).usage).toEqual({ ...some, ...read })
    expect((await model.chat(hello, { onText: () => {} })).usage).toEqual({ ...some, ...read })
  })

  it('are known from the timings of llama.cpp', async () => {
    const server = await startServer()
    server.fail({ kind: 'body', body: { ...inChoices, usage: counts, timings: { cache_n: 800, prompt_n: 200 } } })
    const { usage } = await openaiModel({ model: 'm', baseURL: server.url }).chat(hello)
    expect(usage).toEqual({ ...some, cachedInputTokens: 800 })
  })

  it('are known from the Responses API', async () => {
    const server = await startServer()
    const details = { cached_tokens: 800, cache_write_tokens: 100 }
    const usage = { input_tokens: 1_000, output_tokens: 10, input_tokens_details: details }
    server.fail({ kind: 'body', body: { ...inOutput, usage } })
    const answer = await openaiModel({ model: 'm', baseURL: server.url, api: 'responses' }).chat(hello)
    expect(answer.usage).toEqual({ ...some, cachedInputTokens: 800, cacheWriteTokens: 100 })
  })

  it('have their price, and so has what is written to it', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const price = { inputPerMillion: 10, outputPerMillion: 50, cachedInputPerMillion: 1, cacheWritePerMillion: 12.5 }
    const usage = { ...counts, prompt_tokens_details: { cached_tokens: 800, cache_write_tokens: 150 } }
    const cost = async (model: string, prices: Record<string, Price>): Promise<number | undefined> => {
      server.fail({ kind: 'usage', usage })
      return (await deskOf(memory, server, {}, { model, prices }).model.chat(hello)).usd
    }
    // 50 of the input are neither read from the cache nor written to it.
    expect(await cost('full', { full: price })).toBeCloseTo((50 * 10 + 800 * 1 + 150 * 12.5 + 10 * 50) / 1e6, 12)
    const { cacheWritePerMillion: _, ...older } = price
    expect(await cost('older', { older })).toBeCloseTo((200 * 10 + 800 * 1 + 10 * 50) / 1e6, 12)
    const { model } = await memory.ledger()
    expect(model?.used).toMatchObject({ calls: 2, inputTokens: 2_000, cachedInputTokens: 1_600 })
  })

  it('cost a quarter more to write from GPT-5.6 on', () => {
    for (const [model, { inputPerMillion, cacheWritePerMillion }] of Object.entries(openaiPrices)) {
      const isCharged = /^gpt-(?:5\.6|6)/.test(model)
      expect([model, cacheWritePerMillion]).toEqual([model, isCharged ? inputPerMillion * 1.25 : undefined])
    }
  })

  it.each([
    ['promptCache', { promptCache: true }],
    ['promptCache.waitMs', { promptCache: { waitMs: -1 } }],
    ['promptCache.waitMs', { promptCache: { waitMs: Number.NaN } }],
    ['promptCache.breakpoints', { promptCache: { breakpoints: 'yes' } }],
    ['promptCache.waitMS', { promptCache: { waitMS: 1 } }],
    [
      'prices.m.cacheWritePerMillion',
      { prices: { m: { inputPerMillion: 1, outputPerMillion: 1, cacheWritePerMillion: -1 } } },
    ],
  ])('refuse a wrong `%s`', (option, wrong) => {
    try {
      openaiModel({ model: 'm', baseURL: 'http://127.0.0.1:1', ...(wrong as object) })
      expect.unreachable()
    } catch (error) {
      expect((error as OptionError).option).toBe(option)
    }
  })
})
