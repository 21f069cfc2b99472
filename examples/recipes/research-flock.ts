/**
 * Researchers look into several companies at once, a checker refutes what is wrong, and a writer sums up what holds.
 * What the web says is scripted. Run it: `node examples/recipes/research-flock.ts`
 *
 * @module
 */

import { agent, createFlock, pipe } from '@skein/core'
import type { Question } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'

const web: Readonly<Record<string, readonly string[]>> = {
  acme: ['Acme has 120 employees.', 'Acme is for sale.'],
  bolt: ['Bolt has 80 employees.', 'Bolt opened a shop in Paris.'],
}

const memory = await openMemory({ store: mapStore() })
const flock = await createFlock({ memory })

// Two researchers share the topics; a page is fetched once, whoever asks.
const research = flock.activity(async ({ memory: view }, topic: string) => {
  const { value: pages } = await view.once(`page/v1/${topic}`, ({ reportUsage }) => {
    reportUsage({ calls: 1 })
    return web[topic] ?? []
  })
  for (const value of pages) await view.observations.log({ task: topic, value, tags: ['finding'] })
  return topic
})

const check = flock.activity(async ({ memory: view }, topic: string) => {
  for (const { item } of await view.observations.search<string>('for sale', { task: topic })) {
    await view.observations.log({ task: topic, value: `Denied: ${item.value}`, tags: ['denial'] })
  }
  return topic
})

const write = flock.activity(async ({ memory: view }, topic: string) => {
  const { items } = await view.observations.list<string>({ task: topic })
  const denied = new Set(items.filter(({ tags }) => tags.includes('denial')).map(({ value }) => value))
  const holding = items.filter(({ tags, value }) => tags.includes('finding') && !denied.has(`Denied: ${value}`))
  return `${topic}: ${holding.map(({ value }) => value).join(' ')}`
})

for (const id of ['rita', 'ravi']) flock.spawn(agent({ role: 'researcher', on: { research } }), { id })
const checker = flock.spawn(agent({ role: 'checker', on: { check } }))
const writer = flock.spawn(agent({ role: 'writer', on: { write } }))
const researchers = flock.role<Question<'research', string, string>>('researcher')
const brief = pipe(researchers.step('research'), checker.step('check'), writer.step('write'))

for (const line of await flock.map(['acme', 'bolt'], brief)) console.log(line)
await flock.map(['acme'], brief)
const { page } = await memory.ledger()
console.log(`${page?.used.calls} pages fetched, ${page?.reused} reused`)

await flock.close()
await memory.close()
