import { openaiModel } from '@skein/openai'
import type { ModelCallError } from '@skein/core'
import { describe, expect, it, onTestFinished } from 'vitest'

import { MisbehavingServer } from './conformance/misbehaving-server.ts'
import { answer, json, refuse, vectors } from './conformance/served.ts'
import type { Asked, Served } from './conformance/served.ts'
import { vectorOf } from './server-answers.ts'

const messages = [
  { role: 'system', text: 'Be brief.' },
  { role: 'user', text: 'Hello.' },
] as const
const schema = {
  name: 'form',
  schema: { type: 'object', properties: { echo: { type: 'string' } }, required: ['echo'], additionalProperties: false },
} as const
const noSchemas = refuse(400, 'response_format json_schema is not supported')

/** A server with a behavior, and what it was asked. */
async function serve(behavior: (asked: Asked) => Served): Promise<{ baseURL: string; asked: Asked[] }> {
  const server = await MisbehavingServer.start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const asked: Asked[] = []
  const baseURL = server.serve('one', (request) => {
    asked.push(request)
    return behavior(request)
  })
  return { baseURL, asked }
}
const formatOf = ({ body }: Asked): string => body.response_format?.type ?? 'words'

describe('what a server accepts', () => {
  it('is found out once for server and model, in the process', async () => {
    const { baseURL, asked } = await serve((request) => (formatOf(request) === 'words' ? answer(request) : noSchemas))
    for (let round = 0; round < 3; round += 1) await openaiModel({ model: 'm', baseURL }).chat({ messages, schema })
    expect(asked.map(formatOf)).toEqual(['json_schema', 'json_object', 'words', 'words', 'words'])
    expect(asked.at(-1)?.body.messages[1]?.content).toContain(JSON.stringify(schema.schema))
    await openaiModel({ model: 'other', baseURL }).chat({ messages, schema })
    expect(asked.slice(5).map(formatOf)).toEqual(['json_schema', 'json_object', 'words'])
  })

  it('is found out for one schema where others are accepted', async () => {
    const isPattern = ({ body }: Asked): boolean => JSON.stringify(body.response_format ?? '').includes('pattern')
    const { baseURL, asked } = await serve((request) =>
      isPattern(request) ? refuse(400, 'failed to parse grammar') : answer(request),
    )
    const model = openaiModel({ model: 'm', baseURL })
    const odd = {
      name: 'odd',
      schema: { type: 'object', properties: { echo: { type: 'string', pattern: '^(a+)+$' } } },
    } as const
    for (const one of [odd, odd, schema]) await model.chat({ messages, schema: one })
    expect(asked.map(formatOf)).toEqual(['json_schema', 'json_object', 'json_object', 'json_schema'])
  })

  it('is told in words alone for a schema whose root is a list', async () => {
    const { baseURL, asked } = await serve((request) => (formatOf(request) === 'words' ? answer(request) : noSchemas))
    await openaiModel({ model: 'm', baseURL }).chat({ messages, schema: { name: 'list', schema: { type: 'array' } } })
    expect(asked.map(formatOf)).toEqual(['json_schema', 'words'])
  })

  it('is not concluded from a failure of its own, though it quotes the request', async () => {
    const { baseURL, asked } = await serve((request) => {
      return request.count === 1 ? refuse(500, `Failed: ${JSON.stringify(request.body)}`) : answer(request)
    })
    const model = openaiModel({ model: 'm', baseURL })
    await expect(model.chat({ messages, schema })).rejects.toMatchObject({ code: 'SKEIN_MODEL_SERVER' })
    await model.chat({ messages, schema })
    expect(asked.map(formatOf)).toEqual(['json_schema', 'json_schema'])
    expect(asked[1]?.body.messages[0]?.role).toBe('system')
  })

  it('is not concluded from refusals that have another cause', async () => {
    const { baseURL, asked } = await serve(() =>
      refuse(404, 'The model `m` does not exist', { code: 'model_not_found' }),
    )
    const asking = openaiModel({ model: 'm', baseURL }).chat({ messages, schema }, { onText: () => {} })
    await expect(asking).rejects.toMatchObject({ code: 'SKEIN_MODEL_REQUEST' })
    expect(asked).toHaveLength(1)
  })

  it.each([
    ['max_tokens', 'max_completion_tokens'],
    ['max_completion_tokens', 'max_completion_tokens'],
  ])('is asked in its two forms once where it refuses %s', async (refused, used) => {
    const { baseURL, asked } = await serve((request) =>
      request.body[refused] === undefined ? answer(request) : refuse(400, `Unsupported parameter: '${refused}'`),
    )
    const model = openaiModel({ model: 'm', baseURL })
    for (let round = 0; round < 2; round += 1) await model.chat({ messages, maxOutputTokens: 9 })
    const names = asked.map(({ body }) => Object.keys(body).find((name) => name.startsWith('max_')))
    expect(names).toEqual(refused === used ? ['max_tokens', 'max_tokens'] : ['max_tokens', used, used])
  })

  it('says in the end what is wrong when nothing helps', async () => {
    const { baseURL, asked } = await serve(() =>
      refuse(400, 'max_tokens, response_format, stream_options, system role: no'),
    )
    const asking = openaiModel({ model: 'm', baseURL }).chat(
      { messages, schema, maxOutputTokens: 9 },
      { onText: () => {} },
    )
    await expect(asking).rejects.toMatchObject({ code: 'SKEIN_MODEL_REQUEST', retryable: false })
    expect(asked.length).toBeLessThan(8)
  })
})

describe('vectors of many texts', () => {
  const texts = Array.from({ length: 7 }, (_, index) => `text ${index}`)
  const expected = texts.map((text) => Float32Array.from(vectorOf(text)))
  const sizeOf = ({ body }: Asked): number => (body['input'] as string[]).length

  it('are asked for in batches of the size that the server names', async () => {
    const { baseURL, asked } = await serve((request) =>
      sizeOf(request) > 3
        ? refuse(422, `batch size ${sizeOf(request)} > maximum allowed batch size 3`)
        : json(vectors(request)),
    )
    const model = openaiModel({ model: 'm', baseURL })
    const { vectors: found, usage } = await model.embed({ texts })
    expect(found).toEqual(expected)
    expect(usage).toEqual({ inputTokens: 14, outputTokens: 0 })
    expect(asked.map(sizeOf)).toEqual([7, 3, 3, 1])
    await model.embed({ texts })
    expect(asked.slice(4).map(sizeOf)).toEqual([3, 3, 1])
  })

  it('are halved where it names none, and one that is too long is an error', async () => {
    const { baseURL, asked } = await serve((request) =>
      sizeOf(request) > 2 ? refuse(413, 'Too large') : json(vectors(request)),
    )
    await openaiModel({ model: 'm', baseURL }).embed({ texts })
    expect(asked.map(sizeOf)).toEqual([7, 4, 2, 2, 2, 1])
    const long = await serve(() => refuse(400, 'the input length exceeds the context length'))
    await expect(openaiModel({ model: 'm', baseURL: long.baseURL }).embed({ texts })).rejects.toMatchObject({
      code: 'SKEIN_MODEL_CONTEXT',
    })
  })

  it('that are too long together say nothing about others', async () => {
    const isLong = ({ body }: Asked): boolean => (body['input'] as string[]).includes('text 6')
    const { baseURL, asked } = await serve((request) =>
      isLong(request) ? refuse(400, 'the input length exceeds the context length') : json(vectors(request)),
    )
    const model = openaiModel({ model: 'm', baseURL })
    await expect(model.embed({ texts })).rejects.toMatchObject({ code: 'SKEIN_MODEL_CONTEXT', retryable: false })
    const before = asked.length
    await model.embed({ texts: texts.slice(0, 6) })
    expect(asked.slice(before).map(sizeOf)).toEqual([6])
  })

  it('may be asked for twice at the same time', async () => {
    const { baseURL } = await serve((request) =>
      sizeOf(request) > 3 ? refuse(422, 'batch too large, at most 3') : json(vectors(request)),
    )
    const model = openaiModel({ model: 'm', baseURL })
    const request = { texts }
    const found = await Promise.all([model.embed(request), model.embed(request)])
    for (const { vectors: one } of found) expect(one).toEqual(expected)
  })

  it('that came before a failure are not asked for again by the next attempt', async () => {
    const { baseURL, asked } = await serve((request) => {
      if (sizeOf(request) > 3) return refuse(422, 'too many inputs, at most 3')
      return request.count === 3 ? refuse(429, 'Slow down.') : json(vectors(request))
    })
    const model = openaiModel({ model: 'm', baseURL })
    const request = { texts }
    const failure = (await model.embed(request).catch((error: unknown) => error)) as ModelCallError
    expect(failure).toMatchObject({
      code: 'SKEIN_MODEL_RATE_LIMITED',
      retryable: true,
      usedTokens: { input: 6, output: 0 },
    })
    const { vectors: found, usage } = await model.embed(request)
    expect(found).toEqual(expected)
    expect(usage.inputTokens).toBe(14)
    expect(asked.slice(3).flatMap(({ body }) => body['input'])).toEqual(texts.slice(3))
  })
})
