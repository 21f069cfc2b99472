/**
 * Two MCP clients and a plain agent work on one memory, each under its own identity: what one finds the others
 * know, a counter that all of them change counts each change, and a secret stays with those who may see it.
 *
 * Run it: `node examples/mcp-clients.ts`
 *
 * @module
 */

import { mapStore, openMemory } from '@skein/memory'

import { serveClients } from './mcp-connections.ts'
import type { CallTool } from './mcp-connections.ts'

await using memory = await openMemory({ store: mapStore() })
await using clients = await serveClients(memory)
const ann = await clients.connect('ann', 'confidential')
const bob = await clients.connect('bob')
const eve = memory.as({ id: 'eve', role: 'sales' })

await ann('remember', { text: 'Acme raised its prices by 5 %.', task: 'acme' })
await eve.observations.log({ value: 'Acme wants a discount.', task: 'acme' })
const { items } = (await bob('recall', { query: 'acme' })) as { items: { by: string; snippet: string }[] }
for (const { by, snippet } of items) console.log(`bob knows from ${by}: ${snippet}`)

/** Adds one to the calls, however many others do so at the same time. */
async function count(call: CallTool): Promise<void> {
  const { version, value = 0 } = await call('fact_get', { key: 'calls' })
  const { written } = await call('fact_set', { key: 'calls', value: Number(value) + 1, ifVersion: version })
  if (!written) await count(call)
}
await Promise.all([ann, bob, ann, bob, ann, bob].map(count))
console.log(`calls: ${await eve.facts.get<number>('calls')}`)

await ann('fact_set', { key: 'merger', value: 'Acme buys Birdsong', sensitivity: 'confidential' })
console.log(
  `ann reads version ${String((await ann('fact_get', { key: 'merger' }))['version'])} of the secret, bob none:`,
  await bob('fact_get', { key: 'merger' }),
)
