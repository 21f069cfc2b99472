/**
 * Questions to documents are answered with quotes and their places, and an answer that was given once is there for all.
 * The built-in model needs no key. Run it: `node examples/recipes/chat-with-documents.ts`
 *
 * @module
 */

import { createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'

const documents = {
  'handbook.md': 'Holidays are asked for in the portal.\n\nSick notes go to the office by noon.',
  'travel.md': 'Trains are booked in the portal.\n\nA hotel may cost 120 a night. Breakfast is paid on top.',
}

const memory = await openMemory({ store: mapStore() })
const flock = await createFlock({ memory })

// Read each document once: whole as an object, and in paragraphs that searches find.
const library = memory.as({ id: 'library', role: 'reader' })
for (const [title, text] of Object.entries(documents)) {
  const whole = await library.objects.put(text, { title })
  for (const paragraph of text.split('\n\n')) {
    await library.observations.log({ task: 'documents', value: paragraph, tags: [title], derivedFrom: [whole] })
  }
}

/** Answers from the paragraphs that have words of the question. */
function answer(as: { id: string; role: string }, question: string): Promise<string> {
  return flock.run(
    async ({ memory: view, model }) => {
      const found = await view.observations.search<string>(question, { task: 'documents', limit: 3 })
      if (found.length === 0) return 'The documents say nothing about it.'
      const passages = found.map(({ item }) => ({ id: item.id, text: item.value }))
      const messages = [{ role: 'user', text: question }] as const
      const { sentences, reused } = await model.cite({ messages, passages, maxSentences: 1 })
      const [sentence] = sentences
      const place = found.find(({ item }) => item.id === sentence?.citations[0]?.passage)
      return `${sentence?.text} [${place?.item.tags.join()}]${reused ? ' (known)' : ''}`
    },
    { as },
  )
}

for (const [id, question] of [
  ['ann', 'What may a hotel cost?'],
  ['ann', 'Who gets sick notes?'],
  ['bob', 'What may a hotel cost?'],
  ['bob', 'Is there a canteen?'],
] as const) {
  console.log(`${id}: ${question}\n  ${await answer({ id, role: 'staff' }, question)}`)
}

await flock.close()
await memory.close()
