import { readFile } from 'node:fs/promises'
import { createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { openaiModel } from '@skein/openai'

const memory = await openMemory({ store: mapStore() })
const flock = await createFlock({ memory, model: openaiModel({ model: 'gpt-4o-mini' }) })
const notes = await flock.map(process.argv.slice(2), async ({ model }, file) => {
  const text = `Summarize in one sentence:\n${await readFile(file, 'utf8')}`
  return (await model.chat({ messages: [{ role: 'user', text }] })).text
})
const overview = await flock.run(async ({ model }) => {
  return model.chat({ messages: [{ role: 'user', text: `Merge into one paragraph:\n${notes.join('\n')}` }] })
})
console.log(overview.text)
await flock.close()
await memory.close()
