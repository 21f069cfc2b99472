import { openaiModel } from '@skein/openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { MisbehavingServer } from './conformance/misbehaving-server.ts'
import { json, stream } from './conformance/served.ts'

const request = {
  messages: [{ role: 'user', text: 'Weather in Bern and Basel?' }],
  tools: [{ name: 'weather', parameters: { type: 'object' } }],
} as const
const [bern, basel] = [{ town: 'Bern' }, { town: 'Basel' }]

let server: MisbehavingServer
beforeAll(async () => {
  server = await MisbehavingServer.start()
})
afterAll(() => server[Symbol.asyncDispose]())

const piece = (index: number | undefined, id: string | undefined, name: string | undefined, args: unknown): object => ({
  ...(index !== undefined && { index }),
  ...(id !== undefined && { id }),
  function: { ...(name !== undefined && { name }), ...(args !== undefined && { arguments: args }) },
})

async function streamed(pieces: readonly object[], finish = 'tool_calls'): Promise<unknown> {
  const events = [
    ...pieces.map((one) => ({ choices: [{ index: 0, delta: { tool_calls: [one] }, finish_reason: null }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: finish }] },
  ]
  const url = server.serve('stream', (asked) => stream(asked, { events: () => events }))
  const { toolCalls, finishReason } = await openaiModel({ model: 'm', baseURL: url }).chat(request, {
    onText: () => {},
  })
  expect(finishReason).toBe('tool-calls')
  return toolCalls
}

async function whole(message: object, finish: string): Promise<unknown> {
  const url = server.serve('whole', () => json({ choices: [{ index: 0, message, finish_reason: finish }] }))
  const { toolCalls, finishReason } = await openaiModel({ model: 'm', baseURL: url }).chat(request)
  expect(finishReason).toBe('tool-calls')
  return toolCalls
}

describe('tool calls in a stream', () => {
  it.each<readonly [string, readonly object[]]>([
    [
      'by index',
      [
        piece(0, 'a', 'weather', '{"town"'),
        piece(1, 'b', 'weather', '{"town":"Ba'),
        piece(0, undefined, undefined, ':"Bern"}'),
        piece(1, undefined, undefined, 'sel"}'),
      ],
    ],
    [
      'with the same index',
      [piece(0, 'a', 'weather', '{"town":"Bern"}'), piece(0, 'b', 'weather', '{"town":"Basel"}')],
    ],
    [
      'without an index',
      [
        piece(undefined, 'a', 'weather', '{"town":'),
        piece(undefined, undefined, undefined, '"Bern"}'),
        piece(undefined, 'b', 'weather', '{"town":"Basel"}'),
      ],
    ],
    [
      'with ids on each piece, interleaved',
      [
        piece(0, 'a', 'weather', '{"town":'),
        piece(0, 'b', 'weather', '{"town":'),
        piece(0, 'a', undefined, '"Bern"}'),
        piece(0, 'b', undefined, '"Basel"}'),
      ],
    ],
    [
      'with repeated names',
      [
        piece(0, 'a', 'weather', '{"town":'),
        piece(0, 'a', 'weather', '"Bern"}'),
        piece(1, 'b', 'weather', ''),
        piece(1, undefined, 'weather', '{"town":"Basel"}'),
      ],
    ],
    [
      'with names that come in parts',
      [
        piece(0, 'a', 'wea', undefined),
        piece(0, undefined, 'ther', '{"town":"Bern"}'),
        piece(1, 'b', 'weather', '{"town":"Basel"}'),
      ],
    ],
    ['with arguments as objects', [piece(0, 'a', 'weather', bern), piece(1, 'b', 'weather', basel)]],
    ['that begin at one', [piece(1, 'a', 'weather', '{"town":"Bern"}'), piece(2, 'b', 'weather', '{"town":"Basel"}')]],
    [
      'with `null` for what is missing',
      [
        { index: 0, id: 'a', function: { name: 'weather', arguments: null } },
        { index: 0, id: null, function: { name: null, arguments: '{"town":"Bern"}' } },
        piece(1, 'b', 'weather', '{"town":"Basel"}'),
      ],
    ],
  ])('%s', async (_, pieces) => {
    expect(await streamed(pieces)).toEqual([
      { id: 'a', name: 'weather', arguments: bern },
      { id: 'b', name: 'weather', arguments: basel },
    ])
  })

  it('without ids get some, also where neither id nor index parts them', async () => {
    const pieces = [
      piece(0, undefined, 'weather', '{"town":"Bern"}'),
      piece(0, undefined, 'weather', '{"town":"Basel"}'),
    ]
    expect(await streamed(pieces, 'stop')).toEqual([
      { id: 'call_1', name: 'weather', arguments: bern },
      { id: 'call_2', name: 'weather', arguments: basel },
    ])
  })
})

describe('tool calls in a whole answer', () => {
  const call = (id: unknown, args: unknown): object => ({
    id,
    type: 'function',
    function: { name: 'weather', arguments: args },
  })

  it.each<readonly [string, object]>([
    ['as text', { content: null, tool_calls: [call('a', '{"town":"Bern"}')] }],
    ['as an object', { content: '', tool_calls: [call('a', bern)] }],
    ['encoded twice', { tool_calls: [call('a', JSON.stringify(JSON.stringify(bern)))] }],
  ])('have arguments %s', async (_, message) => {
    expect(await whole(message, 'tool_calls')).toEqual([{ id: 'a', name: 'weather', arguments: bern }])
  })

  it('have ids of their own, whatever the server sends', async () => {
    const calls = [call('', bern), call('x', bern), call('x', basel), call(null, basel)]
    const ids = ((await whole({ content: null, tool_calls: calls }, 'stop')) as { id: string }[]).map(({ id }) => id)
    expect(new Set(ids).size).toBe(4)
    expect(ids.every((id) => id !== '')).toBe(true)
  })

  it('may come in the older form', async () => {
    const message = { content: null, function_call: { name: 'weather', arguments: '{"town":"Bern"}' } }
    expect(await whole(message, 'function_call')).toEqual([{ id: 'call_1', name: 'weather', arguments: bern }])
  })

  it.each([
    ['no name', { tool_calls: [{ id: 'a', function: { arguments: '{}' } }] }],
    ['arguments that are no JSON', { tool_calls: [call('a', '{"town":')] }],
  ])('with %s are malformed', async (_, message) => {
    const url = server.serve('malformed', () => json({ choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }))
    const asked = openaiModel({ model: 'm', baseURL: url }).chat(request)
    await expect(asked).rejects.toMatchObject({ code: 'SKEIN_MODEL_MALFORMED', retryable: false })
  })
})
