import { shareModel } from '@skein/core'
import type { ModelCallError, SharedModel } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { ReadScope } from '@skein/memory/runtime'
import { openaiModel } from '@skein/openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { calls } from './conformance/behavior.ts'
import type { Behavior, Call, Outcome } from './conformance/behavior.ts'
import { behaviors, outcomesOf } from './conformance/behaviors.ts'
import { MisbehavingServer } from './conformance/misbehaving-server.ts'
import { vectorOf } from './server-answers.ts'

const said = 'Zürich, 晴れ 🌞.'
const messages = [
  { role: 'system', text: 'Be brief.' },
  { role: 'user', text: said },
] as const
const passages = [{ id: 'report', text: 'Energy is saved in every home of Zürich. The arts are a precious resource.' }]
const texts = ['north', 'south', 'east', 'west', 'up']

/** Each returns whether the answer is the right one. */
const makes: Readonly<Record<Call, (model: SharedModel) => Promise<boolean>>> = {
  chat: async (model) => {
    const { text, finishReason } = await model.chat({ messages, maxOutputTokens: 500 })
    return text === `You said: ${said}` && finishReason === 'stop'
  },
  stream: async (model) => {
    const pieces: string[] = []
    const { text } = await model.chat({ messages, maxOutputTokens: 500 }, { onText: (piece) => pieces.push(piece) })
    return text === `You said: ${said}` && pieces.join('') === text
  },
  object: async (model) => {
    const { value } = await model.object({ messages, maxOutputTokens: 500, schema: z.object({ echo: z.string() }) })
    return value.echo === said
  },
  cite: async (model) => {
    const { sentences } = await model.cite({ messages: [{ role: 'user', text: 'energy?' }], passages, maxSentences: 1 })
    return sentences[0]?.citations[0]?.end === 'Energy is saved in every home of Zürich.'.length
  },
  embed: async (model) => {
    const { vectors } = await model.embed({ texts })
    return vectors.every((vector, index) =>
      Buffer.from(vector.buffer).equals(Buffer.from(Float32Array.from(vectorOf(texts[index] as string)).buffer)),
    )
  },
}

let server: MisbehavingServer
beforeAll(async () => {
  server = await MisbehavingServer.start()
})
afterAll(() => server[Symbol.asyncDispose]())

async function outcomeOf(name: string, { serve, timeoutMs = 60_000 }: Behavior, call: Call): Promise<Outcome> {
  await using memory = await openMemory({ store: mapStore() })
  const retry = { maxRetries: 2, baseDelayMs: 1 }
  const model = openaiModel({ model: 'gpt-test', baseURL: server.serve(name, serve), timeoutMs, retry })
  try {
    const shared = shareModel(model, memory.as({ id: 'ann', role: 'reader' }, new ReadScope()))
    return (await makes[call](shared)) ? '✓' : 'another answer'
  } catch (error) {
    return (error as ModelCallError).code.replace('SKEIN_MODEL_', '')
  }
}

/** What may have been billed is asked once. */
const billed: ReadonlySet<Outcome> = new Set(['CUT', 'TIMEOUT', 'MALFORMED'])

describe.each(Object.entries(behaviors))('%s', (_, rows) => {
  it.each(rows.map((row) => [row.name, row] as const))(
    'a server that %s: the right answer, or a clear error',
    async (name, row) => {
      const path = (call: Call): string => `${encodeURIComponent(name)}-${call}`
      const outcomes = await Promise.all(
        calls.map(async (call) => [call, await outcomeOf(path(call), row, call)] as const),
      )
      expect(Object.fromEntries(outcomes)).toEqual(outcomesOf(row))
      for (const [call, outcome] of outcomes) if (billed.has(outcome)) expect(server.count(path(call))).toBe(1)
    },
  )
})
