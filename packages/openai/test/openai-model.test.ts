import { inspect } from 'node:util'

import type { ModelCallError } from '@skein/core'
import type { ChatRequest } from '@skein/core/executor'
import { openaiModel } from '@skein/openai'
import type { OpenAIModelOptions } from '@skein/openai'
import { describe, expect, it, onTestFinished } from 'vitest'

import { OpenAIServer } from './openai-server.ts'
import type { Fault, ServerOptions } from './openai-server.ts'
import { vectorOf } from './server-answers.ts'

const key = 'sk-secret-key-0123456789'
const secret = 'the merger of Acme and Birdsong'
const request: ChatRequest = { messages: [{ role: 'user', text: `Tell me about ${secret}.` }] }

async function open(
  options: Partial<OpenAIModelOptions> = {},
  serverOptions: ServerOptions = {},
): Promise<{ server: OpenAIServer; model: ReturnType<typeof openaiModel> }> {
  const server = await OpenAIServer.start(serverOptions)
  onTestFinished(() => server[Symbol.asyncDispose]())
  return { server, model: openaiModel({ model: 'gpt-test', baseURL: server.url, apiKey: key, ...options }) }
}

const apis = ['chat', 'responses'] as const
const never = new Promise<never>(() => {})

describe.each(apis)('a model over the %s API', (api) => {
  it('answers with text and usage', async () => {
    const { server, model } = await open({ api })
    const answer = await model.chat(request)
    expect(answer).toMatchObject({ text: `You said: Tell me about ${secret}.`, finishReason: 'stop', toolCalls: [] })
    expect(answer.usage.inputTokens).toBeGreaterThan(5)
    expect(answer.usage.estimated).toBeUndefined()
    expect(server.reached[0]).toMatchObject({ authorization: `Bearer ${key}`, answered: true })
  })

  it('streams the same, piece by piece', async () => {
    const { model } = await open({ api })
    const pieces: string[] = []
    const answer = await model.chat(request, { onText: (piece) => pieces.push(piece) })
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.join('')).toBe(answer.text)
    expect(answer).toEqual(await model.chat(request))
  })

  it('requests tools, whole and streamed', async () => {
    const { server, model } = await open({ api })
    const called: Fault = { kind: 'tool-call', name: 'weather', arguments: '{"town":"Bern"}' }
    server.fail(called, called)
    const tools = [{ name: 'weather', description: 'Tells it', parameters: { type: 'object' } }]
    for (const onText of [undefined, () => {}]) {
      const answer = await model.chat({ ...request, tools }, { onText })
      expect(answer.toolCalls).toEqual([{ id: 'call_1', name: 'weather', arguments: { town: 'Bern' } }])
      expect(answer.finishReason).toBe('tool-calls')
    }
    const [first] = (await model.chat({ ...request, tools })).toolCalls
    expect(first).toBeUndefined()
  })

  it('sends conversations with tools, parameters, and a schema', async () => {
    const { server, model } = await open({ api })
    const schema = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    }
    await model.chat({
      messages: [
        { role: 'system', text: 'Be brief.' },
        { role: 'user', text: 'Weather?' },
        { role: 'assistant', text: '', toolCalls: [{ id: 'c1', name: 'weather', arguments: { town: 'Bern' } }] },
        { role: 'tool', toolCallId: 'c1', text: 'rain' },
      ],
      schema: { name: 'form', schema },
      temperature: 0,
      topP: 0.5,
      maxOutputTokens: 99,
      extra: { user: 'tester' },
    })
    const { body } = server.reached[0] ?? {}
    expect(body).toMatchObject({ model: 'gpt-test', temperature: 0, top_p: 0.5, user: 'tester' })
    expect(JSON.stringify(body)).toContain('"strict":true')
    expect(JSON.stringify(body)).toContain(String.raw`{\"town\":\"Bern\"}`)
    expect(Object.values(body ?? {})).toContain(99)
  })

  it('reports a refusal', async () => {
    const { server, model } = await open({ api })
    server.fail({ kind: 'refusal' }, { kind: 'refusal' })
    const refused = { finishReason: 'refused', text: '', refusal: 'I would rather not say.' }
    expect(await model.chat(request)).toMatchObject(refused)
    if (api === 'chat') expect(await model.chat(request, { onText: () => {} })).toMatchObject(refused)
  })

  it('that breaks off a stream is a typed error, not half an answer', async () => {
    const { server, model } = await open({ api })
    server.fail({ kind: 'cut', pieces: 2 })
    const pieces: string[] = []
    const failure = model.chat(request, { onText: (piece) => pieces.push(piece) })
    await expect(failure).rejects.toMatchObject({ code: 'SKEIN_MODEL_CUT', retryable: false })
    await expect(failure).rejects.toMatchObject({ usedTokens: { input: expect.any(Number) } })
    expect(pieces.length).toBeGreaterThan(0)
    expect(server.reached).toHaveLength(1)
  })

  it('estimates usage that the server reports wrongly or not at all', async () => {
    const { server, model } = await open({ api })
    const wrong = [
      undefined,
      null,
      { prompt_tokens: -5, completion_tokens: 1 },
      { prompt_tokens: '7', completion_tokens: 1 },
    ]
    for (const usage of wrong) {
      server.fail({ kind: 'usage', usage: usage ?? {} })
      const { usage: estimate } = await model.chat(request)
      expect(estimate.estimated).toBe(true)
      expect(estimate.inputTokens).toBeGreaterThan(5)
      expect(estimate.inputTokens).toBeLessThan(50)
      expect(estimate.outputTokens).toBeGreaterThan(5)
    }
  })
})

describe('an answer that fails', () => {
  const cases: readonly (readonly [string, Fault, object])[] = [
    [
      'an unknown key',
      { kind: 'error', status: 401, code: 'invalid_api_key' },
      { code: 'SKEIN_MODEL_AUTH', status: 401 },
    ],
    [
      'an empty account',
      { kind: 'error', status: 429, code: 'insufficient_quota' },
      { code: 'SKEIN_MODEL_QUOTA', retryable: false },
    ],
    ['too many requests', { kind: 'rate-limit' }, { code: 'SKEIN_MODEL_RATE_LIMITED', retryable: true }],
    [
      'too many requests, with seconds',
      { kind: 'rate-limit', headers: { 'retry-after': '7' } },
      { retryAfterMs: 7_000 },
    ],
    [
      'too many requests, with milliseconds',
      { kind: 'rate-limit', headers: { 'retry-after-ms': '250' } },
      { retryAfterMs: 250 },
    ],
    ['a server that failed', { kind: 'error', status: 500 }, { code: 'SKEIN_MODEL_SERVER', retryable: true }],
    ['an overloaded server', { kind: 'error', status: 503 }, { code: 'SKEIN_MODEL_SERVER', retryable: true }],
    [
      'an unknown model',
      { kind: 'error', status: 404, code: 'model_not_found' },
      { code: 'SKEIN_MODEL_REQUEST', providerCode: 'model_not_found' },
    ],
    [
      'a prompt that is too long',
      { kind: 'error', status: 400, code: 'context_length_exceeded' },
      { code: 'SKEIN_MODEL_CONTEXT' },
    ],
    [
      'a prompt that is too long for a local server',
      { kind: 'error', status: 400, message: `the request exceeds the available context size: ${secret}` },
      { code: 'SKEIN_MODEL_CONTEXT' },
    ],
    ['a content filter', { kind: 'error', status: 400, code: 'content_filter' }, { code: 'SKEIN_MODEL_REFUSED' }],
    [
      'a connection that breaks once the server has the question',
      { kind: 'reset' },
      { code: 'SKEIN_MODEL_CUT', retryable: false },
    ],
    ['half a body', { kind: 'cut' }, { code: 'SKEIN_MODEL_CUT', retryable: false }],
    ['no JSON', { kind: 'malformed' }, { code: 'SKEIN_MODEL_MALFORMED', retryable: false }],
    ['JSON of another kind', { kind: 'body', body: { error: null, choices: [] } }, { code: 'SKEIN_MODEL_MALFORMED' }],
    [
      'arguments of a tool that are no JSON',
      { kind: 'tool-call', name: 'x', arguments: '{"a":' },
      { code: 'SKEIN_MODEL_MALFORMED', retryable: false },
    ],
  ]

  it.each(cases)('by %s has a code of its own, after one request', async (_, fault, expected) => {
    const { server, model } = await open()
    server.fail(fault)
    const failure: unknown = await model.chat(request).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'ModelCallError', model: model.id, ...expected })
    expect(server.reached).toHaveLength(1)
  })

  it.each([
    [new Date(Date.now() + 3_600_000).toUTCString(), 3_600_000],
    [new Date(0).toUTCString(), 0],
    ['soon', undefined],
  ])('by too many requests until %s says how long that is', async (date, most) => {
    const { server, model } = await open()
    server.fail({ kind: 'rate-limit', headers: { 'retry-after': date } })
    const { retryAfterMs } = (await model.chat(request).catch((error: unknown) => error)) as ModelCallError
    // The date has a resolution of seconds, and time passes.
    if (most) expect(retryAfterMs).toBeGreaterThan(most / 2)
    if (most) expect(retryAfterMs).toBeLessThanOrEqual(most)
    else expect(retryAfterMs).toBe(most)
  })

  it.each(cases)('by %s repeats neither key nor prompt', async (_, fault) => {
    const { server, model } = await open()
    server.fail(fault)
    const failure: unknown = await model.chat(request).catch((error: unknown) => error)
    const shown = inspect(failure, { depth: 10, showHidden: true }) + String((failure as Error).stack)
    expect(shown).not.toContain(key)
    expect(shown).not.toContain('Birdsong')
  })

  it.each([
    ['in the middle of a stream', { kind: 'malformed' } as Fault, 'SKEIN_MODEL_MALFORMED'],
    ['before it began', { kind: 'error', status: 500 } as Fault, 'SKEIN_MODEL_SERVER'],
  ])('%s, streamed, is reported alike', async (_, fault, code) => {
    const { server, model } = await open()
    server.fail(fault)
    await expect(model.chat(request, { onText: () => {} })).rejects.toMatchObject({ code })
  })

  it('after its end, before the usage arrived, is an answer all the same', async () => {
    const { server, model } = await open()
    server.fail({ kind: 'cut-after-finish' })
    const answer = await model.chat(request, { onText: () => {} })
    expect(answer).toMatchObject({ text: `You said: Tell me about ${secret}.`, usage: { estimated: true } })
  })

  it('by silence, before its first byte or in its middle, times out', async () => {
    const { server, model } = await open({ timeoutMs: 50 })
    server.fail({ kind: 'silence', until: never }, { kind: 'stall', until: never })
    await expect(model.chat(request)).rejects.toMatchObject({ code: 'SKEIN_MODEL_TIMEOUT', retryable: false })
    await expect(model.chat(request, { onText: () => {} })).rejects.toMatchObject({ code: 'SKEIN_MODEL_TIMEOUT' })
  })

  it('because it is only slow is waited for', async () => {
    const { server, model } = await open()
    const late = Promise.withResolvers<void>()
    server.fail({ kind: 'silence', until: late.promise })
    const answer = model.chat(request)
    await server.whenReached(1)
    late.resolve()
    expect((await answer).text).toContain('You said')
  })

  it('because the caller has left rejects with the reason, also in the middle of a stream', async () => {
    const { server, model } = await open()
    server.fail({ kind: 'silence', until: never }, { kind: 'stall', until: never })
    const stop = [new AbortController(), new AbortController()] as const
    const whole = model.chat(request, { signal: stop[0].signal })
    await server.whenReached(1)
    stop[0].abort(new Error('enough'))
    await expect(whole).rejects.toThrow('enough')
    const onText = (): void => stop[1].abort(new Error('enough'))
    await expect(model.chat(request, { signal: stop[1].signal, onText })).rejects.toThrow('enough')
    await expect(model.chat(request, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before')
    expect(server.reached).toHaveLength(2)
  })

  it('because no server answers can be retried', async () => {
    const { server, model } = await open()
    await server[Symbol.asyncDispose]()
    await expect(model.chat(request)).rejects.toMatchObject({ code: 'SKEIN_MODEL_UNREACHABLE', retryable: true })
  })
})

describe('embeddings', () => {
  it.each([
    ['base64', false],
    ['float', false],
    ['base64', true],
  ] as const)(
    'asked for as %s (from a server that knows only floats: %s) stand in the order of the texts',
    async (encoding, onlyFloats) => {
      const { server, model } = await open({ embeddingEncoding: encoding }, { onlyFloats })
      const { vectors, usage } = await model.embed({ texts: ['north', 'south', 'east'], dimensions: 5 })
      expect(vectors.map((vector) => [...vector])).toEqual(['north', 'south', 'east'].map((text) => vectorOf(text, 5)))
      expect(usage).toEqual({ inputTokens: 3, outputTokens: 0 })
      expect(server.reached[0]?.body['encoding_format']).toBe(encoding)
    },
  )

  it('that are not one for each text are rejected', async () => {
    const { server, model } = await open()
    server.fail(
      { kind: 'body', body: { data: [{ index: 0, embedding: [1, 2] }] } },
      { kind: 'body', body: { data: 7 } },
    )
    await expect(model.embed({ texts: ['a', 'b'] })).rejects.toMatchObject({ code: 'SKEIN_MODEL_MALFORMED' })
    await expect(model.embed({ texts: ['a'] })).rejects.toMatchObject({ code: 'SKEIN_MODEL_MALFORMED' })
  })
})

describe('the options of a model', () => {
  it('name it by its address, without secrets', async () => {
    expect(openaiModel({ model: 'gpt-4o', apiKey: key }).id).toBe('openai/gpt-4o')
    const local = { model: 'llama3.2', baseURL: 'http://localhost:11434/v1/' }
    expect(openaiModel(local).id).toBe('openai@localhost:11434/llama3.2')
    expect(openaiModel({ ...local, provider: 'ollama' }).id).toBe('ollama/llama3.2')
    const own = openaiModel({ ...local, prompts: { cite: 'Quote.' } })
    expect(own.id).toMatch(/^openai@localhost:11434\/llama3\.2\+prompts-[\da-f]{8}$/)
    expect(own.settings?.prompts).toEqual({ cite: 'Quote.' })
  })

  it.each([
    [{ model: '' }, 'model'],
    [{ model: 'x', baseURL: 'ftp://x' }, 'baseURL'],
    [{ model: 'x', baseURL: `http://me:${key}@host/v1` }, 'baseURL'],
    [{ model: 'x', baseURL: `http://host/v1?key=${key}` }, 'baseURL'],
    [{ model: 'x', baseURL: 'http://h/v1', timeoutMs: 0 }, 'timeoutMs'],
    [{ model: 'x', baseURL: 'http://h/v1', api: 'other' as never }, 'api'],
    [{ model: 'x', baseURL: 'http://h/v1', budget: { usd: -1 } }, 'budget.usd'],
    [{ model: 'x', baseURL: 'http://h/v1', prompts: '/nowhere' }, 'prompts'],
    [{ model: 'x', baseURL: 'https://api.openai.com/v1', apiKey: '' }, 'apiKey'],
  ])('%j are refused', (options, option) => {
    const failure = (() => {
      try {
        return openaiModel(options)
      } catch (error) {
        return error as Error
      }
    })()
    expect(failure).toMatchObject({ code: 'SKEIN_OPTION', option })
    expect(inspect(failure)).not.toContain(key)
  })

  it('do not reveal the key when the model is printed or copied', () => {
    const model = openaiModel({ model: 'gpt-4o', apiKey: key })
    expect(inspect(model, { depth: 10, showHidden: true })).not.toContain(key)
    expect(JSON.stringify(model)).not.toContain(key)
    expect(JSON.stringify(structuredClone({ ...model, chat: undefined, embed: undefined }))).not.toContain(key)
    expect(model.descriptor.options).toMatchObject({ apiKey: key })
  })

  it('do not pass on a key from the environment', () => {
    const before = process.env['OPENAI_API_KEY']
    process.env['OPENAI_API_KEY'] = key
    onTestFinished(() => {
      if (before === undefined) delete process.env['OPENAI_API_KEY']
      else process.env['OPENAI_API_KEY'] = before
    })
    expect(JSON.stringify(openaiModel('gpt-4o').descriptor)).not.toContain(key)
  })

  it('have prices of OpenAI, and none of other servers', () => {
    expect(openaiModel({ model: 'gpt-4o-mini-2024-07-18', apiKey: key }).settings?.price?.inputPerMillion).toBe(0.15)
    expect(openaiModel({ model: 'gpt-4o-audio-preview', apiKey: key }).settings?.price).toBeUndefined()
    expect(openaiModel({ model: 'gpt-4o', baseURL: 'http://h/v1' }).settings?.price).toBeUndefined()
    const prices = { 'gpt-*': { inputPerMillion: 1, outputPerMillion: 2 } }
    expect(openaiModel({ model: 'gpt-x', baseURL: 'http://h/v1', prices }).settings?.price).toEqual(prices['gpt-*'])
  })
})

describe('the time-outs of a model', () => {
  it('differ for the first piece and those that follow', async () => {
    const { server, model } = await open({ timeoutMs: 3_600_000, idleTimeoutMs: 50 })
    const late = Promise.withResolvers<void>()
    server.fail({ kind: 'stall', until: never }, { kind: 'silence', until: late.promise })
    const stalled = model.chat(request, { onText: () => {} })
    await expect(stalled).rejects.toMatchObject({
      code: 'SKEIN_MODEL_TIMEOUT',
      usedTokens: { output: expect.any(Number) },
    })
    // The silence before the first piece is longer than that between pieces may be.
    const answer = model.chat(request, { onText: () => {} })
    await server.whenReached(2)
    setTimeout(() => late.resolve(), 150)
    expect((await answer).text).toContain('You said')
  })
})

describe('an address that is wrong', () => {
  it.each([
    [
      'a closed port',
      'http://127.0.0.1:9/v1',
      'SKEIN_MODEL_UNREACHABLE',
      /127\.0\.0\.1:9\/v1\/chat\/completions, ECONNREFUSED/,
    ],
    [
      'an unknown host',
      'http://no-such-host.invalid/v1',
      'SKEIN_MODEL_UNREACHABLE',
      /no-such-host\.invalid\/v1\/chat\/completions/,
    ],
  ])('stands in the error: %s', async (_, baseURL, code, message) => {
    const failure = (await openaiModel({ model: 'm', baseURL })
      .chat(request)
      .catch((error: unknown) => error)) as ModelCallError
    expect(failure).toMatchObject({ code, retryable: true, address: `${baseURL}/chat/completions` })
    expect(failure.message).toMatch(message)
  })

  it('stands in the error, with a hint, where something else answers', async () => {
    const { server } = await open()
    const baseURL = server.url.replace('/v1', '')
    server.fail({ kind: 'error', status: 404, message: 'Not Found' })
    const failure = (await openaiModel({ model: 'm', baseURL })
      .chat(request)
      .catch((error: unknown) => error)) as ModelCallError
    expect(failure).toMatchObject({ code: 'SKEIN_MODEL_ADDRESS', status: 404, retryable: false })
    expect(failure.message).toMatch(/most end in \/v1.* \(http:\/\/127\.0\.0\.1:\d+\/chat\/completions, 404/)
  })
})
