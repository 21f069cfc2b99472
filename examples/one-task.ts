/**
 * Four agents of different kinds work on one task: one of LangGraph, one of the AI SDK, an MCP client and one of Skein.
 * Each sees what the others have found, and what several of them need is looked up once. Models are scripted, so no key
 * is needed.
 *
 * Run it: `node examples/one-task.ts`
 *
 * @module
 */

import { Annotation, START, StateGraph } from '@langchain/langgraph'
import { memoryTools } from '@skein/ai-sdk'
import { SkeinStore } from '@skein/langgraph'
import { mapStore, openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { ReadScope } from '@skein/memory/runtime'
import { generateText, jsonSchema, stepCountIs, tool } from 'ai'

import { scriptedModel } from './ai-sdk-scripted.ts'
import { serveClients } from './mcp-connections.ts'

const task = 'acme'
await using memory = await openMemory({ store: mapStore() })
await using clients = await serveClients(memory)
const viewOf = (id: string): View => memory.as({ id, role: 'sales' }, new ReadScope({ lasts: true }))
const [lara, ada, sam] = [viewOf('lara'), viewOf('ada'), viewOf('sam')]
const mia = await clients.connect('mia')

/** Looking up Acme costs a call, which is made once, whoever asks. */
async function lookUp(view: View): Promise<string> {
  const { value } = await view.once('company/v1/acme', ({ reportUsage }) => {
    reportUsage({ outputTokens: 500 })
    return 'Acme has 120 employees.'
  })
  return value
}

// LangGraph: what the graph learns is kept in its store, whose items are facts for everybody else.
const graph = new StateGraph(Annotation.Root({ finds: Annotation<string> }))
  .addNode('research', async (_, { store }) => {
    await store?.put([task], 'size', { text: await lookUp(lara) })
    return { finds: authorsOf(await lara.records.search('Acme')) }
  })
  .addEdge(START, 'research')
  .compile({ store: new SkeinStore(lara) })

/** The AI SDK: the model calls the memory's tools, and one of its own. */
async function ask(...calls: [name: string, input: object][]): Promise<{ author: string }[]> {
  const inputSchema = jsonSchema({ type: 'object', properties: {} })
  const look_up = tool({ description: 'Looks Acme up.', inputSchema, execute: () => lookUp(ada) })
  const tools = { ...memoryTools(ada, { task }), look_up }
  const options = { model: scriptedModel(calls), tools, stopWhen: stepCountIs(9) }
  const { steps } = await generateText({ ...options, prompt: 'What does Acme want?' })
  return steps.flatMap(({ toolResults }) => toolResults).flatMap(({ output }) => Object(output).found ?? [])
}

await graph.invoke({})
await ask(['look_up', {}], ['remember', { text: 'Acme asks for 10 % off.' }])
await mia('remember', { text: 'Acme paid its last bill late.', task })
const reasoning = `${await lookUp(sam)} It pays late.`
await sam.decisions.record({ task, decision: 'Offer Acme 5 % off.', reasoning })

// Each finds what all have written, in its own way.
console.log(`lara of LangGraph finds ${(await graph.invoke({})).finds}`)
console.log(`ada of the AI SDK finds ${authorsOf(await ask(['recall', { query: 'Acme' }]))}`)
const { items } = (await mia('recall', { query: 'Acme' })) as { items: { by: string }[] }
console.log(`mia over MCP finds ${authorsOf(items.map(({ by }) => ({ author: by })))}`)
console.log(`sam of Skein finds ${authorsOf(await sam.records.search('Acme'))}`)
const { company } = await memory.ledger()
console.log(`${company?.computed} look-up, ${company?.reused} reused: ${company?.saved.outputTokens} tokens saved`)

function authorsOf(records: readonly { author: string }[]): string {
  return records
    .map(({ author }) => author)
    .toSorted()
    .join(', ')
}
