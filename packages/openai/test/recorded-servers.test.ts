import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { openaiModel } from '@skein/openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { MisbehavingServer } from './conformance/misbehaving-server.ts'
import { json } from './conformance/served.ts'
import type { Served } from './conformance/served.ts'

/** What a server sends, written by hand from its documentation. */
interface Recorded {
  readonly documentation: string
  readonly chat: unknown
  /** Lines of a stream. */
  readonly stream: readonly string[]
  readonly tools: readonly string[]
  readonly embeddings?: unknown
  readonly errors: readonly {
    readonly name: string
    readonly status: number
    readonly body: unknown
    readonly code: string
  }[]
  readonly streamErrors?: readonly { readonly name: string; readonly lines: readonly string[]; readonly code: string }[]
  readonly expected: {
    readonly text: string
    readonly reasoning?: string
    readonly usage: object
    readonly vector?: readonly number[]
  }
}

const files = globSync(join(import.meta.dirname, 'fixtures/servers/*.json'))
const servers = files.map(
  (file) => [basename(file, '.json'), JSON.parse(readFileSync(file, 'utf8')) as Recorded] as const,
)
const request = { messages: [{ role: 'user', text: 'Where is Bern?' }] } as const

let server: MisbehavingServer
beforeAll(async () => {
  server = await MisbehavingServer.start()
})
afterAll(() => server[Symbol.asyncDispose]())

function modelOf(served: Served): ReturnType<typeof openaiModel> {
  return openaiModel({ model: 'm', baseURL: server.serve('recorded', () => served) })
}

const streamOf = (lines: readonly string[]): Served => ({
  headers: { 'content-type': 'text/event-stream' },
  chunks: [`${lines.join('\n')}\n`],
})

it('all eight are recorded', () => {
  expect(servers).toHaveLength(8)
})

describe.each(servers)('what %s sends', (_, { chat, stream, tools, errors, expected }) => {
  const { text, reasoning, usage } = expected

  it('is the same answer, whole and streamed', async () => {
    const answer = { text, usage, finishReason: 'stop', toolCalls: [], ...(reasoning !== undefined && { reasoning }) }
    expect(await modelOf(json(chat)).chat(request)).toEqual(answer)
    const pieces: string[] = []
    const streamed = await modelOf(streamOf(stream)).chat(request, { onText: (piece) => pieces.push(piece) })
    expect(streamed).toEqual(answer)
    expect(pieces.join('')).toBe(text)
  })

  it('is a tool call', async () => {
    const { toolCalls, finishReason } = await modelOf(streamOf(tools)).chat(request, { onText: () => {} })
    expect(toolCalls).toEqual([{ id: expect.stringMatching(/./), name: 'weather', arguments: { town: 'Bern' } }])
    expect(finishReason).toBe('tool-calls')
  })

  it.each(errors.map((error) => [error.name, error] as const))(
    'is a typed error: %s',
    async (__, { status, body, code }) => {
      const served =
        typeof body === 'string'
          ? { status, headers: { 'content-type': 'text/plain' }, chunks: [body] }
          : json(body, status)
      await expect(modelOf(served).chat(request)).rejects.toMatchObject({ code })
      await expect(modelOf(served).chat(request, { onText: () => {} })).rejects.toMatchObject({ code })
    },
  )
})

const named = <Item>(pick: (recorded: Recorded) => Item | undefined): (readonly [string, Item, Recorded])[] =>
  servers.flatMap(([name, recorded]) => {
    const item = pick(recorded)
    return item === undefined ? [] : [[name, item, recorded] as const]
  })

it.each(named(({ embeddings }) => embeddings))('what %s sends is a vector', async (_, embeddings, { expected }) => {
  const { vectors } = await modelOf(json(embeddings)).embed({ texts: ['Bern'] })
  expect(vectors).toEqual([Float32Array.from(expected.vector ?? [])])
})

it.each(named(({ streamErrors }) => streamErrors))(
  'what %s sends in a stream is a typed error',
  async (_, failures) => {
    for (const { lines, code } of failures) {
      const asked = modelOf(streamOf(lines)).chat(request, { onText: () => {} })
      await expect(asked).rejects.toMatchObject({ code })
    }
  },
)
