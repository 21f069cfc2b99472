// A model of your own, which answers with the longest sentence that it is shown. The flock shares its calls between agents.
import { isMainThread } from 'node:worker_threads'
import { createFlock } from '@skein/core'
import type { Model } from '@skein/core/executor'
import { mapStore, openMemory } from '@skein/memory'

/** Worker threads make the same model from its `descriptor`: they call this function of this module. */
export function longestSentence(): Model {
  return {
    id: 'example/longest-sentence',
    descriptor: { module: import.meta.url, name: 'longestSentence', options: {} },
    chat: async ({ messages }) => {
      const shown = messages.map(({ text }) => text).join('\n')
      const [text = ''] = shown.split(/(?<=\.)\s/).toSorted((a, b) => b.length - a.length)
      const usage = { inputTokens: Math.ceil(shown.length / 4), outputTokens: Math.ceil(text.length / 4) }
      return { text, toolCalls: [], finishReason: 'stop', usage }
    },
  }
}

if (isMainThread) {
  const memory = await openMemory({ store: mapStore() })
  const flock = await createFlock({ memory, model: longestSentence(), threads: 1 })
  const texts = [
    'Anvils are heavy. Nobody lifts an anvil twice.',
    'Acme sells. Acme sells anvils.',
    'Acme sells. Acme sells anvils.',
  ]
  const answers = await flock.map(texts, async ({ model }, text) => model.chat({ messages: [{ role: 'user', text }] }))
  for (const { text } of answers) console.log(text)
  const { model } = await memory.ledger()
  console.log(`${model?.used.calls} calls, ${model?.reused} reused`)
  await flock.close()
  await memory.close()
}
