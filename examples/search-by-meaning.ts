/**
 * Two agents find what the other wrote in other words: with an embedder, which here knows a few words instead of a model.
 * So no key is needed.
 *
 * Run it: `node examples/search-by-meaning.ts`
 *
 * @module
 */

import { mapStore, openMemory } from '@skein/memory'
import type { Embedder } from '@skein/memory'

const topics = [
  ['price', 'discount', 'fee', 'expensive', 'budget'],
  ['churn', 'cancel', 'leave', 'quit', 'terminate'],
  ['outage', 'down', 'unreachable', 'crash'],
]

/** A model of your own, a local server or an API makes better vectors; see the guide "Search by meaning". */
const embedder: Embedder = {
  id: 'topics/1',
  dimensions: topics.length + 1,
  embed: async (texts) =>
    texts.map((text) => [...topics.map((words) => words.filter((word) => text.includes(word)).length), 0.1]),
}

const memory = await openMemory({ store: mapStore(), search: { embedder, by: 'both' } })
const ann = memory.as({ id: 'ann', role: 'support' })
const bob = memory.as({ id: 'bob', role: 'sales' })

await ann.observations.log({ task: 'acme', value: 'They may terminate the contract in May.' })
await ann.observations.log({ task: 'acme', value: 'Their site was unreachable twice.' })
await ann.observations.log({ task: 'acme', value: 'The May invoice is paid.' })

// Found by words at once; by meaning as soon as the vectors are there.
await memory.vectorsReady()
console.log(`Vectors: ${memory.vectors?.stored}, still to be made: ${memory.vectors?.pending}`)

for (const question of ['will they quit', 'outage', 'May invoice']) {
  for (const by of ['words', 'meaning', 'both'] as const) {
    const [best] = await bob.observations.search(question, { task: 'acme', by, limit: 1 })
    console.log(`${question}, by ${by}: ${best ? best.snippet : 'nothing'}`)
  }
}
await memory.close()
