import { createFlock, shareModel } from '@skein/core'
import type { Model } from '@skein/core/executor'
import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

it('a model without a descriptor answers in its thread, and a flock with threads refuses it', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const model: Model = {
    id: 'example/own',
    chat: async () => ({
      text: 'Yes.',
      toolCalls: [],
      finishReason: 'stop',
      usage: { inputTokens: 1, outputTokens: 1 },
    }),
  }
  const shared = shareModel(model, memory.as({ id: 'ann', role: 'reader' }))
  expect((await shared.chat({ messages: [{ role: 'user', text: 'Well?' }] })).text).toBe('Yes.')
  await expect(createFlock({ memory, model })).rejects.toMatchObject({
    code: 'SKEIN_OPTION',
    option: 'model',
    message: expect.stringContaining('example/own') as string,
  })
})
