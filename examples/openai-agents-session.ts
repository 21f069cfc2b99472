/**
 * Two agents of OpenAI's Agents SDK: they share a memory, and one session is continued by both.
 *
 * Run it: `node examples/openai-agents-session.ts`
 *
 * @module
 */

import { Agent, Runner } from '@openai/agents-core'
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents-core/testing'
import { mapStore, openMemory } from '@skein/memory'
import { memoryTools, SkeinSession } from '@skein/openai-agents'

await using memory = await openMemory({ store: mapStore() })
const ravi = memory.as({ id: 'ravi', role: 'research' })
const sue = memory.as({ id: 'sue', role: 'sales' })

// For real use, leave `model` out, and set OPENAI_API_KEY.
const researcher = new Agent({
  name: 'Ravi',
  tools: memoryTools(ravi, { task: 'acme' }),
  model: new ScriptedModel([
    [functionCall('remember', { text: 'Acme pays 90 days late.' }, { callId: '1' })],
    [assistantMessage('I have noted how Acme pays.')],
  ]),
})
const seller = new Agent({
  name: 'Sue',
  tools: memoryTools(sue, { task: 'acme' }),
  model: new ScriptedModel([
    [functionCall('recall', { query: 'How does Acme pay?', ids: null, limit: 3 }, { callId: '2' })],
    [assistantMessage('Ask Acme for payment in advance.')],
  ]),
})

const runner = new Runner({ tracingDisabled: true })
const first = await runner.run(researcher, 'Look into Acme.', {
  session: new SkeinSession(ravi, { sessionId: 'acme' }),
})
console.log(`Ravi: ${first.finalOutput}`)
const second = await runner.run(seller, 'What do we offer?', { session: new SkeinSession(sue, { sessionId: 'acme' }) })
console.log(`Sue: ${second.finalOutput}`)

const items = await new SkeinSession(sue, { sessionId: 'acme' }).getItems()
const recalled = items.find((item) => item.type === 'function_call_result' && item.name === 'recall')
console.log(
  JSON.stringify(recalled).includes('90 days late') ? 'Sue has recalled what Ravi found.' : 'Nothing recalled.',
)
console.log(`The session has ${items.length} items.`)
