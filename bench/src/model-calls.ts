import { hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { shareModel } from '@skein/core'
import type { SharedModel } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory, View } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { openaiModel } from '@skein/openai'
import type { OpenAIModelOptions } from '@skein/openai'
import { sqliteStore } from '@skein/sqlite'
import { OpenAI } from 'openai'

import { OpenAIServer } from '../../packages/openai/test/openai-server.ts'
import type { Asking, Question } from './question.ts'

/** How long the server takes to answer. */
const delayMs = 20
const questionOf = (text: string) => ({ messages: [{ role: 'user', text }] as const })

/** What sharing costs a call that has to be made: against the bare SDK, at a server that takes 20 ms. */
export async function modelMiss({ quick }: Asking): Promise<Question> {
  const bench = await open(delayMs)
  const client = new OpenAI({ apiKey: 'none', baseURL: bench.server.url, maxRetries: 0 })
  const bare = async (text: string): Promise<string> => {
    const messages = [{ role: 'user', content: text } as const]
    const { choices } = await client.chat.completions.create({ model: 'gpt-bench', messages })
    return choices[0]?.message.content ?? ''
  }
  const inMemory = await bench.view(mapStore())
  const models = {
    'shared, in memory': bench.share(inMemory),
    'shared, in memory, with budget and limits': bench.share(inMemory, {
      provider: 'limited',
      limits: { requestsPerMinute: 1_000_000, tokensPerMinute: 1_000_000_000, parallel: 8 },
      budget: { tokens: 1e12 },
    }),
    'shared, SQLite, relaxed': bench.share(await bench.view(bench.sqlite('relaxed'))),
    'shared, SQLite': bench.share(await bench.view(bench.sqlite('full'))),
  }
  let asked = 0
  const contender = (name: string, answer: (text: string) => Promise<string>) => ({
    name,
    check: async () => expect(name, await answer('What is it?'), 'You said: What is it?'),
    run: async (times: number) => {
      let length = 0
      for (let time = 0; time < times; time += 1) length += (await answer(`Question ${(asked += 1)}?`)).length
      return length
    },
  })
  return {
    name: 'model-miss',
    unit: `latency of a first call, one at a time, to a server that takes ${delayMs} ms`,
    times: quick ? 2 : 10,
    contenders: [
      contender('bare SDK', bare),
      ...Object.entries(models).map(([name, model]) =>
        contender(name, async (text) => (await model.chat(questionOf(text))).text),
      ),
    ],
    ratios: Object.keys(models).map((of) => ({ of, to: 'bare SDK', most: 1.1, limit: commits })),
    close: bench.close,
  }
}

const commits =
  'On SQLite, a call makes two commits, neither of which waits for the disk: the excess is their time, and that of the audit’s flush.'

/** What a call costs that was made before: against a cached read of a fact with the same answer. */
export async function modelHit(): Promise<Question> {
  const bench = await open(0)
  const view = await bench.view(mapStore())
  const model = bench.share(view)
  const text = 'What is it?'
  const answer = await model.chat(questionOf(text))
  // All three give the same content.
  const { usd: _, reused: __, ...result } = answer
  await view.facts.set('answer', result)
  // Named by its content, as who uses `once` for answers would do it.
  const known = `answer/${hash('sha256', text, 'hex')}`
  await view.facts.get('answer')
  return {
    name: 'model-hit',
    unit: 'latency of a call with a known answer, of a known result of once and of a cached fact with the same content',
    times: 2_000,
    contenders: [
      {
        name: 'cached read',
        check: async () => expect('fact', (await view.facts.get<{ text: string }>('answer'))?.text, answer.text),
        run: async (times) => {
          let length = 0
          for (let time = 0; time < times; time += 1) {
            length += (await view.facts.get<{ text: string }>('answer'))?.text.length ?? 0
          }
          return length
        },
      },
      {
        name: 'once, known result',
        check: async () => expect('once', (await view.once(known, () => result)).value.text, answer.text),
        run: async (times) => {
          let length = 0
          for (let time = 0; time < times; time += 1) length += (await view.once(known, () => result)).value.text.length
          return length
        },
      },
      {
        name: 'shared call, known answer',
        check: async () => expect('call', (await model.chat(questionOf(text))).text, answer.text),
        run: async (times) => {
          let length = 0
          for (let time = 0; time < times; time += 1) length += (await model.chat(questionOf(text))).text.length
          return length
        },
      },
    ],
    ratios: [{ of: 'shared call, known answer', to: 'once, known result', most: 1.5, limit: keys }],
    close: bench.close,
  }
}

const keys =
  'Beyond the known result, a call makes its key (JSON and SHA-256, 0.7 µs), compares labels and checks the answer.'

/** A server, and memories to share its answers in. */
async function open(delay: number) {
  const folder = await mkdtemp(join(tmpdir(), 'skein-bench-'))
  const server = await OpenAIServer.start({ delayMs: delay })
  const memories: Memory[] = []
  return {
    server,
    sqlite: (durability: 'full' | 'relaxed') => sqliteStore({ path: join(folder, `${durability}.db`), durability }),
    view: async (store: StoreDriver): Promise<View> => {
      const memory = await openMemory({ store })
      memories.push(memory)
      return memory.as({ id: 'reader', role: 'bench' })
    },
    share: (view: View, options: Partial<OpenAIModelOptions> = {}): SharedModel =>
      shareModel(openaiModel({ model: 'gpt-bench', baseURL: server.url, ...options }), view),
    close: async () => {
      for (const memory of memories) await memory.close()
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

function expect(who: string, value: unknown, wanted: string): void {
  if (value !== wanted) throw new Error(`${who} gives a wrong answer: ${JSON.stringify(value)}`)
}
