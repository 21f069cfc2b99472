import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { agent, createFlock } from '@skein/core'
import type { ActivitiesOf } from '@skein/core'
import { openMemory } from '@skein/memory'
import { openaiModel } from '@skein/openai'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'

import { materialTokens, questions } from '../../openai/test/fixtures/material.ts'
import { OpenAIServer } from '../../openai/test/openai-server.ts'
import { PrefixCache, tokensOf } from '../../openai/test/prefix-cache.ts'
import { startProgram } from '../../redis/test/child.ts'
import { kinds } from '../../redis/test/places.ts'
import type { OnFinished } from '../../redis/test/places.ts'
import { skein } from './run-skein.ts'
import { reportFile, temporaryFolder } from './sample-files.ts'

/** A provider whose cache knows a prompt from the moment on that its answer begins. */
async function startProvider(onFinished: OnFinished): Promise<{ server: OpenAIServer; cache: PrefixCache }> {
  const cache = new PrefixCache()
  const server = await OpenAIServer.start({ cache, delayMs: 5 })
  onFinished(() => server[Symbol.asyncDispose]())
  return { server, cache }
}

/** What the cache could have had at best: all but the first copy. */
const optimum = (questions.length - 1) * materialTokens

describe('material that eight agents read', () => {
  it('comes from the provider’s cache in threads', async () => {
    const { server, cache } = await startProvider(onTestFinished)
    const memory = await openMemory({ store: sqliteStore(join(temporaryFolder(), 'flock.db')) })
    onTestFinished(() => memory.close())
    const model = openaiModel({ model: 'gpt-test', baseURL: server.url })
    const flock = await createFlock({ memory, model, threads: 4 })
    onTestFinished(() => flock.close())
    type Reading = ActivitiesOf<typeof import('../../openai/test/fixtures/reading.ts')>
    const { askAbout }: Reading = flock.activities(new URL('../../openai/test/fixtures/reading.ts', import.meta.url))
    await Promise.all(
      questions.map((question, index) =>
        flock
          .spawn(agent({ role: 'reader', on: { askAbout } }), { id: `reader ${index}` })
          .ask({ type: 'askAbout', input: question }),
      ),
    )
    expect(cache.reads).toHaveLength(questions.length)
    expect(cache.total.cached / optimum).toBeGreaterThanOrEqual(0.85)
    expect(flock.stats().used).toMatchObject({ inputTokens: cache.total.input, cachedInputTokens: cache.total.cached })
  })
})

describe.each(kinds)('material that eight processes read, on %s', (_, placeOf, missing) => {
  it.skipIf(missing)(`comes from the provider’s cache${missing ? ` (${missing})` : ''}`, async () => {
    const { server, cache } = await startProvider(onTestFinished)
    const place = await placeOf(onTestFinished)
    const fixture = fileURLToPath(new URL('./fixtures/reading-process.ts', import.meta.url))
    const readers = questions.slice(0, 4).map(() => startProgram(fixture, [place, server.url], onTestFinished))
    await Promise.all(readers.map((reader) => reader.line('ready')))
    for (const [index, reader] of readers.entries())
      reader.say(JSON.stringify(questions.slice(index * 2, index * 2 + 2)))
    await Promise.all(readers.map((reader) => reader.line('done')))
    expect(cache.reads).toHaveLength(questions.length)
    expect(cache.total.cached / optimum).toBeGreaterThanOrEqual(0.85)
  })
})

describe('skein run with several questions', () => {
  it('lets the provider’s cache have what the questions have in common, and tells it', async () => {
    const { server, cache } = await startProvider(onTestFinished)
    const folder = temporaryFolder()
    // No sentence has words of these, so each is put to the notes on all of it.
    const asked = ['Quokkas?', 'Bouillabaisse?', 'Xylophones?', 'Zugspitze?'].flatMap((question) => [
      '--question',
      question,
    ])
    const model = ['--model', 'openai:gpt-test', '--base-url', server.url]
    const store = ['--store', join(folder, 'flock.db')]
    const { code, stdout } = await skein(
      ['run', reportFile, '--json', '--threads', '2', ...store, ...model, ...asked],
      folder,
    )
    expect(code).toBe(0)
    const { used } = (JSON.parse(stdout) as { stats: { used: { inputTokens: number; cachedInputTokens: number } } })
      .stats
    expect(used).toMatchObject({ inputTokens: cache.total.input, cachedInputTokens: cache.total.cached })
    // The notes, which are read for each question.
    const byData = Map.groupBy(
      server.reached,
      ({ body }) => /<data>\n[^]*\n<\/data>/.exec(body.messages[1]?.content ?? '')?.[0],
    )
    const common = [...byData].reduce((sum, [data = '', same]) => sum + (same.length - 1) * tokensOf(data), 0)
    expect(common).toBeGreaterThan(10_000)
    expect(cache.total.cached / common).toBeGreaterThanOrEqual(0.85)
  })
})
