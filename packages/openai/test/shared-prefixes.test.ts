import type { Passage, SharedModel } from '@skein/core'
import type { Memory, Principal } from '@skein/memory'
import type { OpenAIModelOptions } from '@skein/openai'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'

import { wantsBreakpoints } from '../src/known-hosts.ts'
import { MisbehavingServer } from './conformance/misbehaving-server.ts'
import { answer, refuse } from './conformance/served.ts'
import type { Asked } from './conformance/served.ts'
import { material, materialTokens, questions } from './fixtures/material.ts'
import { deskOf, openStore, startServer } from './open-shared.ts'
import type { OpenAIServer, Reached } from './openai-server.ts'
import { PrefixCache } from './prefix-cache.ts'

const passages: readonly Passage[] = material

/** Eight ways to be asked, with the number of the asker. */
type Ask = (model: SharedModel, question: string, asker: number) => Promise<unknown>

const inOne = material.map(({ text }) => text).join('\n')
const messagesOf = (text: string) => [{ role: 'user', text }] as const
const asks: Readonly<Record<string, Ask>> = {
  chat: (model, question) => model.chat({ messages: messagesOf(question), passages }),
  'chat with instructions of each': (model, question, asker) =>
    model.chat({ messages: [...messagesOf(`You are number ${asker}.`), ...messagesOf(question)], passages }),
  stream: (model, question) => model.chat({ messages: messagesOf(question), passages }, { onText: () => {} }),
  object: (model, question) =>
    model.object({ messages: messagesOf(question), passages, schema: z.object({ echo: z.string() }) }),
  'cite, in answers of different lengths': (model, question, asker) =>
    model.cite({ messages: messagesOf(question), passages, maxSentences: asker + 1 }),
  'chat, with the material in a message of its own': (model, question) =>
    model.chat({ messages: [...messagesOf(inOne), ...messagesOf(question)] }),
  'chat, with the material in the system’s message': (model, question) =>
    model.chat({ messages: [{ role: 'system', text: inOne }, ...messagesOf(question)] }),
  'samples of one answer': (model) => model.chat({ messages: messagesOf('What is new?'), passages, temperature: 1 }),
}

async function askAll(memory: Memory, server: OpenAIServer, ask: Ask, options: Partial<OpenAIModelOptions> = {}) {
  const desks = questions.map((_, asker) => deskOf(memory, server, { id: `agent ${asker}` }, options))
  await Promise.all(questions.map((question, asker) => ask((desks[asker] as (typeof desks)[0]).model, question, asker)))
}

/** The share of what a provider's cache could have had of the material: all but the first copy. */
const shareOf = ({ total }: PrefixCache): number => total.cached / ((questions.length - 1) * materialTokens)

describe('eight agents that ask about the same material at once', () => {
  it.each(Object.entries(asks))('by %s have it from the provider’s cache', async (_, ask) => {
    const cache = new PrefixCache()
    const [server, memory] = [await startServer({ cache, delayMs: 5 }), await openStore()]
    await askAll(memory, server, ask)
    expect(cache.reads).toHaveLength(questions.length)
    expect(shareOf(cache)).toBeGreaterThanOrEqual(0.85)
    const { model } = await memory.ledger()
    expect(model?.used).toMatchObject({ inputTokens: cache.total.input, cachedInputTokens: cache.total.cached })
  })

  it('pay once where schemas are told in words, each its own', async () => {
    const cache = new PrefixCache()
    const [server, memory] = [await startServer({ cache, refusesSchemas: true }), await openStore()]
    await askAll(memory, server, (model, question, asker) =>
      model.object({
        messages: messagesOf(question),
        passages,
        schema: z.object({ echo: z.string().describe(`What ${asker} wants`) }),
      }),
    )
    expect(shareOf(cache)).toBeGreaterThanOrEqual(0.85)
  })

  it('may all begin at once, and pay for it', async () => {
    const cache = new PrefixCache()
    const release = Promise.withResolvers<void>()
    const [server, memory] = [await startServer({ cache }), await openStore()]
    server.fail(...questions.map(() => ({ kind: 'silence', until: release.promise }) as const))
    const asked = askAll(memory, server, asks['chat'] as Ask, { promptCache: { waitMs: 0 } })
    await server.whenReached(questions.length)
    release.resolve()
    await asked
    expect(cache.total.cached).toBe(0)
  })

  it('do not wait longer than they are told for one that gets no answer', async () => {
    const release = Promise.withResolvers<void>()
    const [server, memory] = [await startServer(), await openStore()]
    server.fail({ kind: 'silence', until: release.promise })
    const asked = askAll(memory, server, asks['chat'] as Ask, { promptCache: { waitMs: 50 } })
    await server.whenReached(questions.length)
    release.resolve()
    await asked
  })

  it('let the next go ahead when the first fails, and wait for nobody when it is known', async () => {
    const cache = new PrefixCache()
    const [server, memory] = [await startServer({ cache }), await openStore()]
    server.fail({ kind: 'error', status: 401, code: 'invalid_api_key' })
    const asked = questions.map((question, asker) => {
      const { model } = deskOf(memory, server, { id: `agent ${asker}` })
      return model.chat({ messages: messagesOf(question), passages })
    })
    const outcomes = await Promise.allSettled(asked)
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    // The one that failed read nothing, and the one after it neither.
    expect(cache.reads.filter(({ cached }) => cached === 0)).toHaveLength(2)
  })

  it('leave the queue when they are aborted', async () => {
    const release = Promise.withResolvers<void>()
    const [server, memory] = [await startServer(), await openStore()]
    server.fail({ kind: 'silence', until: release.promise })
    const [first, second] = ['ann', 'bob'].map((id) => deskOf(memory, server, { id }).model) as [
      SharedModel,
      SharedModel,
    ]
    const ahead = first.chat({ messages: messagesOf('One?'), passages })
    await server.whenReached(1)
    const leaving = new AbortController()
    const behind = second.chat({ messages: messagesOf('Two?'), passages }, { signal: leaving.signal })
    leaving.abort(new Error('I have to go.'))
    await expect(behind).rejects.toThrow('I have to go.')
    release.resolve()
    await ahead
    expect(server.reached).toHaveLength(1)
  })
})

describe('a conversation about material', () => {
  it('goes on as it has begun', async () => {
    const cache = new PrefixCache()
    const [server, memory] = [await startServer({ cache }), await openStore()]
    const { model } = deskOf(memory, server)
    const begun = [
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'What is new?' },
    ] as const
    const { text } = await model.chat({ messages: begun, passages })
    await model.chat({
      messages: [...begun, { role: 'assistant', text }, { role: 'user', text: 'And what is old?' }],
      passages,
    })
    expect(cache.total.cached).toBeGreaterThan(0.95 * materialTokens)
    const [first, second] = server.reached.map(({ body }) => body.messages)
    expect(second?.slice(0, 2)).toEqual(first)
  })
})

describe('the key of a prefix', () => {
  const keysOf = (server: OpenAIServer): unknown[] => server.reached.map(({ body }) => body['prompt_cache_key'])
  const sent = async (
    memory: Memory,
    server: OpenAIServer,
    agent: Partial<Principal>,
    more: Partial<Passage> = {},
    options: Partial<OpenAIModelOptions> = {},
  ): Promise<unknown> => {
    const allows = { level: 'confidential', compartments: ['sales', 'legal'] } as const
    const { model } = deskOf(memory, server, agent, { allows, ...options })
    const [first, ...rest] = passages as [Passage, ...Passage[]]
    await model.chat({ messages: messagesOf(`${Math.random()}?`), passages: [{ ...first, ...more }, ...rest] })
    return keysOf(server).at(-1)
  }
  const cleared = { clearance: { level: 'confidential', compartments: ['sales', 'legal'] } } as const

  it('is one for what begins alike, whoever asks whatever, and is not sent for what is short', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const keys = [await sent(memory, server, { id: 'ann' }), await sent(memory, server, { id: 'bob' })]
    expect(keys[0]).toMatch(/^[\w-]{43}$/)
    expect(keys[1]).toBe(keys[0])
    await deskOf(memory, server).model.chat({ messages: messagesOf('Hello?'), passages: passages.slice(0, 1) })
    expect(keysOf(server).at(-1)).toBeUndefined()
    expect(await sent(memory, server, {}, {}, { promptCache: false })).toBeUndefined()
  })

  it('differs by sensitivity, compartments, clearance, material and space', async () => {
    const [server, memory, other] = [await startServer(), await openStore(), await openStore()]
    const keys = [
      await sent(memory, server, {}),
      await sent(memory, server, cleared),
      await sent(memory, server, cleared, { sensitivity: 'internal' }),
      await sent(memory, server, cleared, { compartments: ['sales'] }),
      await sent(memory, server, cleared, { compartments: ['legal'] }),
      await sent(memory, server, {}, { text: 'Another text.' }),
      await sent(other, server, {}),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('is the same whatever the order of compartments', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const [one, two] = [
      ['sales', 'legal'],
      ['legal', 'sales'],
    ]
    const first = await sent(memory, server, cleared, { compartments: one as string[] })
    expect(await sent(memory, server, cleared, { compartments: two as string[] })).toBe(first)
  })

  it('is that of the system where there are no passages', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const rules = { role: 'system', text: inOne } as const
    for (const text of ['One?', 'Two?']) {
      await deskOf(memory, server).model.chat({ messages: [rules, { role: 'user', text }] })
    }
    const [first, second] = keysOf(server)
    expect(first).toMatch(/^[\w-]{43}$/)
    expect(second).toBe(first)
  })

  it.each([
    ['by its name', refuse(400, 'Unsupported parameter(s): `prompt_cache_key`')],
    ['as something unknown', refuse(422, 'Extra inputs are not permitted')],
    ['without a word', { status: 400, chunks: [] }],
  ])('is left out for a server that refuses it %s, found out once', async (_, refusal) => {
    const [misbehaving, memory] = [await MisbehavingServer.start(), await openStore()]
    onTestFinished(() => misbehaving[Symbol.asyncDispose]())
    const asked: Asked[] = []
    const baseURL = misbehaving.serve('strict', (request) => {
      asked.push(request)
      return request.body['prompt_cache_key'] === undefined ? answer(request) : refusal
    })
    const server = await startServer()
    for (const question of questions.slice(0, 3)) {
      const { model } = deskOf(memory, server, {}, { baseURL })
      await model.chat({ messages: messagesOf(question), passages })
    }
    expect(asked.map(({ body }) => body['prompt_cache_key'] !== undefined)).toEqual([true, false, false, false])
  })
})

describe('models that keep a prompt only up to where they are told', () => {
  const partsOf = (server: OpenAIServer) => server.reached.at(-1)?.body.messages[0]?.content as unknown as object[]

  it.each(['chat', 'responses'] as const)('are told the end of the material, over the %s API', async (api) => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model } = deskOf(memory, server, {}, { api, promptCache: { breakpoints: true } })
    await model.chat({ messages: messagesOf('What is new?'), passages })
    const { messages, input } = (server.reached[0] as Reached).body as { messages?: unknown; input?: unknown }
    const [{ content }] = (messages ?? input) as [{ content: readonly [{ text: string }, object] }]
    const type = api === 'chat' ? 'text' : 'input_text'
    expect(content[0].text).toMatch(/<\/data>$/)
    expect(content).toEqual([
      { type, text: content[0].text, prompt_cache_breakpoint: { mode: 'explicit' } },
      { type, text: '\n\nWhat is new?' },
    ])
  })

  it('are told the end of the system’s messages where there is no material', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model } = deskOf(memory, server, {}, { promptCache: { breakpoints: true } })
    const text = inOne
    await model.chat({
      messages: [
        { role: 'system', text },
        { role: 'user', text: 'What is new?' },
      ],
    })
    expect(partsOf(server)).toEqual([{ type: 'text', text, prompt_cache_breakpoint: { mode: 'explicit' } }])
  })

  it.each([
    ['gpt-5.6-sol', true],
    ['gpt-5.6', true],
    ['gpt-5.10', true],
    ['gpt-6-astra', true],
    ['gpt-5', false],
    ['gpt-5.5-2026-04-23', false],
    ['gpt-4.1', false],
    ['gpt-4o-mini', false],
    ['gpt-35-turbo', false],
    ['gpt-oss-120b', false],
    ['o3', false],
    ['llama3.2', false],
  ])('%s: %s', (model, wants) => {
    expect(wantsBreakpoints(model)).toBe(wants)
  })
})
