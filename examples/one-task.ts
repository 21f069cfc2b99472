/**
 * Agents of LangGraph, the AI SDK, MCP and Skein work on one task. Each sees what the others have found, and what several
 * need is looked up once. Models are scripted, so no key is needed. Run it: `node examples/one-task.ts`
 *
 * @module
 */

import { Annotation, START, StateGraph } from '@langchain/langgraph'
import { memoryTools } from '@skein/ai-sdk'
import { SkeinStore } from '@skein/langgraph'
import { mapStore, openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { jsonSchema, tool } from 'ai'

import { callTools } from './ai-sdk-scripted.ts'
import { serveClients } from './mcp-connections.ts'

await using memory = await openMemory({ store: mapStore() })
await using clients = await serveClients(memory)
const [lara, ada, sam] = ['lara', 'ada', 'sam'].map((id) => memory.as({ id, role: 'sales' })) as [View, View, View]
const mia = await clients.connect('mia')
const task = 'acme'

/** Looking Acme up costs a call, which is made once, whoever asks. */
async function lookUp(view: View): Promise<string> {
  const { value } = await view.once('company/v1/acme', ({ reportUsage }) => {
    reportUsage({ outputTokens: 500 })
    return 'Acme has 120 employees.'
  })
  return value
}

// LangGraph: what the graph learns is kept in its store, whose items are facts for everybody else.
const graph = new StateGraph(Annotation.Root({ found: Annotation<unknown> }))
  .addNode('research', async (_, { store }) => {
    await store?.put([task], 'size', { text: await lookUp(lara) })
    return { found: await lara.records.search('Acme') }
  })
  .addEdge(START, 'research')
  .compile({ store: new SkeinStore(lara) })
await graph.invoke({})

// The AI SDK: the model calls the memory's tools, and one of its own.
const inputSchema = jsonSchema({ type: 'object', properties: {} })
const look_up = tool({ description: 'Looks Acme up.', inputSchema, execute: () => lookUp(ada) })
const tools = { ...memoryTools(ada, { task }), look_up }
await callTools(tools, ['look_up', {}], ['remember', { text: 'Acme asks for 10 % off.' }])

await mia('remember', { text: 'Acme paid its last bill late.', task })
await sam.decisions.record({ task, decision: 'Offer Acme 5 % off.', reasoning: await lookUp(sam) })

const show = (name: string, found: unknown): void =>
  console.log(name, 'finds', ...[...JSON.stringify(found).matchAll(/"(?:author|by)":"(\w+)/g)].map(([, by]) => by))
show('lara of LangGraph', (await graph.invoke({})).found)
show('ada of the AI SDK', await callTools(tools, ['recall', { query: 'Acme' }]))
show('mia over MCP', await mia('recall', { query: 'Acme' }))
show('sam of Skein', await sam.records.search('Acme'))
const { company } = await memory.ledger()
console.log(`${company?.computed} look-up, ${company?.reused} reused: ${company?.saved.outputTokens} tokens saved`)
