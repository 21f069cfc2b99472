/**
 * Gives a flock a model of the AI SDK. The flock shares its calls, counts them, and keeps them within budgets like any
 * other's.
 *
 * Run it: `node examples/ai-sdk-model.ts`
 *
 * @module
 */

import { aiSdkModel } from '@skein/ai-sdk'
import { createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'

import type * as activities from './ai-sdk-activities.ts'

await using memory = await openMemory({ store: mapStore() })
const model = await aiSdkModel(new URL('./ai-sdk-scripted.ts', import.meta.url), { budget: { tokens: 10_000 } })
await using flock = await createFlock({ memory, model, threads: 2 })
const { repeat } = flock.activities<typeof activities>(new URL('./ai-sdk-activities.ts', import.meta.url))

for (const id of ['ann', 'bob', 'cid']) {
  const { text, reused } = await repeat({ id, text: 'Polly wants a cracker.' })
  console.log(`${id}: ${text}${reused ? ' (known)' : ''}`)
}
const { model: line } = await memory.ledger()
const saved = (line?.saved.inputTokens ?? 0) + (line?.saved.outputTokens ?? 0)
console.log(`${line?.used.calls} call, ${line?.reused} reused, ${saved} tokens saved`)
