/**
 * Two agents of the AI SDK and one of Skein work on one task: they share a model's calls and each other's findings, and
 * a person's answer. The model is scripted, so no key is needed.
 *
 * Run it: `node examples/ai-sdk-agents.ts`
 *
 * @module
 */

import { memoryTools, sharedMiddleware } from '@skein/ai-sdk'
import { mapStore, openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { ReadScope } from '@skein/memory/runtime'
import { generateText, stepCountIs, wrapLanguageModel } from 'ai'

import { model as parrot, scriptedModel } from './ai-sdk-scripted.ts'

await using memory = await openMemory({ store: mapStore() })
// What an agent writes is at least as sensitive as what it has read.
const agentOf = (id: string): View => memory.as({ id, role: 'research' }, new ReadScope({ lasts: true }))
const [ann, bob] = [agentOf('ann'), agentOf('bob')]

// Equal calls are made once, whichever agent asks.
for (const view of [ann, bob]) {
  const model = wrapLanguageModel({ model: parrot, middleware: sharedMiddleware({ memory: view }) })
  const { text, providerMetadata } = await generateText({ model, prompt: 'Acme sells anvils.' })
  console.log(`${view.principal.id} hears: ${text} (${providerMetadata?.['skein']?.['reused'] ? 'known' : 'asked'})`)
}

// Tools for any agent: what one remembers, the other recalls.
await work(
  ann,
  ['remember', { text: 'Acme sells anvils.' }],
  ['fact_set', { key: 'product', value: 'anvils' }],
  ['ask_person', { question: 'Call Acme?' }],
)
await work(bob, ['recall', { query: 'What does Acme sell?' }], ['fact_get', { key: 'product' }])

// To agents of Skein it is the memory that they know.
const cid = memory.as({ id: 'cid', role: 'sales' })
const [asked] = await cid.escalations.list({ task: 'acme' })
console.log(`cid knows: ${await cid.facts.get<string>('product')}, and a person is asked: ${asked?.question}`)

/** An agent whose model calls these tools, one after the other. */
async function work(view: View, ...calls: [name: string, input: object][]): Promise<void> {
  const model = scriptedModel(calls)
  const tools = memoryTools(view, { task: 'acme' })
  const { steps } = await generateText({ model, tools, stopWhen: stepCountIs(9), prompt: 'Go on.' })
  for (const { toolName, output } of steps.flatMap(({ toolResults }) => toolResults)) {
    console.log(`${view.principal.id} ${toolName}: ${JSON.stringify(output)}`)
  }
}
