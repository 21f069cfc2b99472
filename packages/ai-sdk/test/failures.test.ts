import { APICallError } from '@ai-sdk/provider'
import { aiSdkModel } from '@skein/ai-sdk'
import type { ModelCallError } from '@skein/core'
import { shareModel } from '@skein/core'
import type { Model } from '@skein/core/executor'
import { ReadScope } from '@skein/memory/runtime'
import { MockEmbeddingModelV4, MockLanguageModelV4 } from 'ai/test'
import { describe, expect, it } from 'vitest'

import type { Fault } from '../../openai/test/openai-server.ts'
import { generations, newestModel, openStore, startServer } from './local-models.ts'

const secret = 'The secret is 4711.'
const hello = { messages: [{ role: 'user', text: secret }] } as const
const onText = (): void => {}

async function failureOf(model: Model, isStreamed = false): Promise<ModelCallError> {
  const failure: unknown = await model.chat?.(hello, isStreamed ? { onText } : {}).catch((error: unknown) => error)
  return failure as ModelCallError
}

/** What goes wrong, whether the answer is streamed, and what becomes of it. */
const failures: Readonly<Record<string, readonly [fault: Fault, isStreamed: boolean, expected: object]>> = {
  'too many requests, with a pause': [
    { kind: 'rate-limit', headers: { 'retry-after': '7' } },
    false,
    { code: 'SKEIN_MODEL_RATE_LIMITED', retryable: true, retryAfterMs: 7_000, status: 429 },
  ],
  'too many requests, of a stream': [
    { kind: 'rate-limit', headers: { 'retry-after-ms': '20' } },
    true,
    { code: 'SKEIN_MODEL_RATE_LIMITED', retryable: true, retryAfterMs: 20 },
  ],
  'a wrong key': [{ kind: 'error', status: 401 }, false, { code: 'SKEIN_MODEL_AUTH', retryable: false }],
  'no quota': [
    { kind: 'error', status: 429, code: 'insufficient_quota' },
    false,
    { code: 'SKEIN_MODEL_QUOTA', retryable: false },
  ],
  'a prompt that is too long': [
    { kind: 'error', status: 400, message: "This model's maximum context length is 8 tokens." },
    false,
    { code: 'SKEIN_MODEL_CONTEXT', retryable: false },
  ],
  'an unknown parameter': [{ kind: 'error', status: 400 }, true, { code: 'SKEIN_MODEL_REQUEST', retryable: false }],
  'a failure of the server': [{ kind: 'error', status: 503 }, false, { code: 'SKEIN_MODEL_SERVER', retryable: true }],
  'a gateway that gave up': [
    { kind: 'error', status: 504 },
    false,
    { code: 'SKEIN_MODEL_TIMEOUT', retryable: false, usedTokens: { input: expect.any(Number) as number, output: 0 } },
  ],
  'a content filter': [
    { kind: 'error', status: 400, code: 'content_filter' },
    false,
    { code: 'SKEIN_MODEL_REFUSED', retryable: false },
  ],
  'a connection that breaks before the answer': [
    { kind: 'reset' },
    false,
    { code: 'SKEIN_MODEL_CUT', retryable: false },
  ],
  'an answer that breaks off': [{ kind: 'cut' }, false, { code: 'SKEIN_MODEL_CUT', retryable: false }],
  'a stream that breaks off': [
    { kind: 'cut', pieces: 2 },
    true,
    { code: 'SKEIN_MODEL_CUT', retryable: false, usedTokens: { output: expect.any(Number) as number } },
  ],
  'an answer that is no JSON': [{ kind: 'malformed' }, false, { code: 'SKEIN_MODEL_MALFORMED', retryable: false }],
  'an error in place of an answer': [
    { kind: 'body', body: { error: { message: 'Slow down', type: 'rate_limit_error', code: 429 } } },
    false,
    { code: 'SKEIN_MODEL_RATE_LIMITED', retryable: true },
  ],
  'an error at the beginning of a stream': [
    { kind: 'events', events: [{ error: { message: 'Slow down', type: 'rate_limit_error', code: '429' } }] },
    true,
    // Older providers pass on nothing but the message.
    { code: expect.stringMatching(/_RATE_LIMITED|_SERVER/) as string, retryable: true, usedTokens: undefined },
  ],
  'an error within a stream, which may be billed': [
    {
      kind: 'events',
      events: [
        { choices: [{ index: 0, delta: { content: 'Half' } }] },
        { error: { message: 'Slow down', type: 'rate_limit_error', code: '429' } },
      ],
    },
    true,
    { code: expect.stringMatching(/_RATE_LIMITED|_SERVER/) as string, retryable: false, usedTokens: { output: 1 } },
  ],
  'tool arguments that are no JSON': [
    { kind: 'tool-call', name: 'weather', arguments: '{"city":' },
    false,
    { code: 'SKEIN_MODEL_MALFORMED', retryable: false },
  ],
}

describe.each(Object.entries(generations))('version %s', (_, models) => {
  it.each(Object.entries(failures))('%s has its code', async (_name, [fault, isStreamed, expected]) => {
    const server = await startServer()
    server.fail(fault)
    const failure = await failureOf(aiSdkModel(models(server.url).chat), isStreamed)
    expect(failure).toMatchObject(expected)
    expect(`${failure.message}${JSON.stringify(failure)}${String(failure.cause)}`).not.toMatch(/4711|Bearer/)
  })

  it('an answer that does not say why it ended is none', async () => {
    const server = await startServer()
    const model = aiSdkModel(models(server.url).chat)
    for (const finish_reason of [null, 'null', '']) {
      const half = { choices: [{ index: 0, delta: { content: 'Half' }, message: { content: 'Half' }, finish_reason }] }
      server.fail({ kind: 'body', body: half }, { kind: 'events', events: [half] })
      expect(await failureOf(model)).toMatchObject({ code: 'SKEIN_MODEL_CUT', retryable: false })
      expect(await failureOf(model, true)).toMatchObject({ code: 'SKEIN_MODEL_CUT', retryable: false })
    }
  })
})

describe('failures', () => {
  it('that can be billed are never asked again; others are', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const view = memory.as({ id: 'ann', role: 'reader' }, new ReadScope())
    const model = shareModel(aiSdkModel(newestModel(server.url), { retry: { baseDelayMs: 1 } }), view)
    server.fail({ kind: 'rate-limit' }, { kind: 'error', status: 500 })
    await model.chat(hello)
    expect(server.reached).toHaveLength(3)
    server.fail({ kind: 'reset' })
    await expect(model.chat({ messages: [{ role: 'user', text: 'Other' }] })).rejects.toMatchObject({
      code: 'SKEIN_MODEL_CUT',
    })
    expect(server.reached).toHaveLength(4)
  })

  it('within a stream have the code that the server gave', async () => {
    const server = await startServer()
    server.fail({ kind: 'events', events: [{ error: { message: 'No.', type: 'x', code: 'insufficient_quota' } }] })
    expect(await failureOf(aiSdkModel(newestModel(server.url)), true)).toMatchObject({ code: 'SKEIN_MODEL_QUOTA' })
  })

  it('of a server that is not there are retried, since it never heard', async () => {
    const server = await startServer()
    const { url } = server
    await server[Symbol.asyncDispose]()
    expect(await failureOf(aiSdkModel(newestModel(url)))).toMatchObject({
      code: 'SKEIN_MODEL_UNREACHABLE',
      retryable: true,
      address: `${url}/chat/completions`,
    })
  })

  it('of a page in place of the API name the address', async () => {
    const page = new APICallError({
      message: 'Invalid JSON response',
      url: 'https://user:key@example.com/chat?key=1',
      requestBodyValues: {},
      statusCode: 200,
      responseBody: '<!doctype html><title>Welcome</title>',
    })
    const model = aiSdkModel(new MockLanguageModelV4({ doGenerate: () => Promise.reject(page) }))
    const failure = await failureOf(model)
    expect(failure).toMatchObject({ code: 'SKEIN_MODEL_ADDRESS', address: 'https://example.com/chat' })
    expect(failure.message).not.toContain('key')
  })

  it('of models themselves, and of their silence, have codes, too', async () => {
    const never = new Promise<never>(() => {})
    const bug = new MockLanguageModelV4({ doGenerate: () => Promise.reject(new TypeError(secret)) })
    expect(await failureOf(aiSdkModel(bug))).toMatchObject({
      code: 'SKEIN_MODEL_SERVER',
      providerCode: 'TypeError',
      retryable: false,
    })
    const silent = new MockLanguageModelV4({ doGenerate: () => never, doStream: { stream: new ReadableStream() } })
    const model = aiSdkModel(silent, { timeoutMs: 20 })
    expect(await failureOf(model)).toMatchObject({ code: 'SKEIN_MODEL_TIMEOUT', retryable: false })
    expect(await failureOf(model, true)).toMatchObject({ code: 'SKEIN_MODEL_TIMEOUT', retryable: false })
    const deaf = aiSdkModel(new MockEmbeddingModelV4({ doEmbed: () => never }), { timeoutMs: 20 })
    await expect(deaf.embed?.({ texts: ['a'] })).rejects.toMatchObject({ code: 'SKEIN_MODEL_TIMEOUT' })
  })

  it('of the caller are its own: a signal ends the wait with its reason, heeded or not', async () => {
    const deaf = aiSdkModel(new MockLanguageModelV4({ doGenerate: () => new Promise<never>(() => {}) }))
    const control = new AbortController()
    const asked = deaf.chat?.(hello, { signal: control.signal })
    control.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    const server = await startServer()
    const late = Promise.withResolvers<void>()
    server.fail({ kind: 'silence', until: late.promise })
    const stop = new AbortController()
    const call = aiSdkModel(newestModel(server.url)).chat?.(hello, { signal: stop.signal, onText })
    await server.whenReached(1)
    stop.abort(new Error('stopped'))
    await expect(call).rejects.toThrow('stopped')
    late.resolve()
  })
})
