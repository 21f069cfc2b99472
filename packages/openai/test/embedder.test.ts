import { mapStore, openMemory } from '@skein/memory'
import { openaiModel } from '@skein/openai'
import { expect, it } from 'vitest'

import { startServer } from './open-shared.ts'

it('a model of an OpenAI-compatible server is an embedder of the memory', async () => {
  const server = await startServer()
  const model = openaiModel({ model: 'text-test', baseURL: server.url, retry: { baseDelayMs: 1 } })
  const embedder = {
    id: model.id,
    dimensions: 5,
    embed: async (texts: readonly string[], { signal }: { readonly signal: AbortSignal }) =>
      (await model.embed({ texts, dimensions: 5 }, { signal })).vectors,
  }
  await using memory = await openMemory({ store: mapStore(), search: { embedder } })
  const { observations } = memory.as({ id: 'ann', role: 'reader' })
  // An outage is outlasted.
  server.fail({ kind: 'rate-limit' })
  for (const value of ['north', 'south', 'east', 'north']) await observations.log({ value })
  await memory.vectorsReady()
  const hits = await observations.search('north', { by: 'meaning', limit: 2 })
  expect(hits.map(({ item, score }) => [item.value, Math.round(score * 100)])).toEqual([
    ['north', 100],
    ['north', 100],
  ])
  const asked = server.reached.flatMap(({ body }) => [body['input']].flat())
  expect(new Set(asked)).toEqual(new Set(['north', 'south', 'east']))
  expect(memory.vectors).toMatchObject({ stored: 4, pending: 0, failed: 0, lastError: undefined })
})
