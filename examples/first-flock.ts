import { readFile } from 'node:fs/promises'
import { createFlock } from '@skein/core'
import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'

const memory = await openMemory({ store: sqliteStore('flock.db') })
const flock = await createFlock({ memory })
const notes = await flock.map(process.argv.slice(2), async ({ model }, file) => {
  const passages = [{ id: file, text: await readFile(file, 'utf8') }]
  return model.cite({ messages: [], passages, maxSentences: 3 })
})
for (const { sentences } of notes) console.log(sentences.map(({ text }) => text).join(' '))
await flock.close()
await memory.close()
