import { aiSdkModel } from '@skein/ai-sdk'
import { shareModel } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createOpenAICompatible as c6 } from '@ai-sdk/openai-compatible-6'
import { createOpenAICompatible as c5 } from '@ai-sdk/openai-compatible-5'
import { OpenAIServer } from '../../openai/test/openai-server.ts'
await using server = await OpenAIServer.start()
await using memory = await openMemory({ store: mapStore() })
for (const c of [createOpenAICompatible, c6, c5]) {
  const p = c({ name: 'local', baseURL: server.url, apiKey: 'k' })
  const m = aiSdkModel(p.chatModel('gpt-test'), { embedder: p.textEmbeddingModel('e') })
  console.log(m.id)
  console.log(await m.chat!({ messages: [{ role: 'user', text: 'Hi there' }] }))
  console.log(await m.chat!({ messages: [{ role: 'user', text: 'Hi there' }] }, { onText: console.log }))
  console.log((await m.embed!({ texts: ['a', 'b'] })).usage)
  server.fail({ kind: 'rate-limit', headers: { 'retry-after': '7' } })
  console.log(await m.chat!({ messages: [{ role: 'user', text: 'Hi there' }] }).catch((e) => e))
  server.fail({ kind: 'cut', pieces: 2 })
  console.log(
    await m.chat!({ messages: [{ role: 'user', text: 'Hi there' }] }, { onText: console.log }).catch((e) => e),
  )
  server.fail({ kind: 'reset' })
  console.log(await m.chat!({ messages: [{ role: 'user', text: 'Hi there' }] }, {}).catch((e) => e))
  server.fail({ kind: 'malformed' })
  console.log(await m.chat!({ messages: [{ role: 'user', text: 'Hi there' }] }, {}).catch((e) => e))
  server.fail({ kind: 'error', status: 400, message: "This model's maximum context length is 10 tokens" })
  console.log(await m.chat!({ messages: [{ role: 'user', text: 'Hi there' }] }, {}).catch((e) => e))
  server.fail({ kind: 'error', status: 503 })
  console.log(await m.chat!({ messages: [{ role: 'user', text: 'Hi there' }] }, {}).catch((e) => e))
}
const dead = createOpenAICompatible({ name: 'local', baseURL: 'http://127.0.0.1:1/v1' })
console.log(
  await aiSdkModel(dead.chatModel('x')).chat!({ messages: [{ role: 'user', text: 'Hi there' }] }, {}).catch((e) => e),
)
