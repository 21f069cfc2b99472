// Summarizes files: npm start -- README.md notes.txt
import { readFile } from 'node:fs/promises'

import { createFlock } from '@skein/core'
import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'

const files = process.argv.slice(2)
if (files.length === 0) {
  console.error('Name the files to summarize: npm start -- README.md')
  process.exit(1)
}

// The memory outlives this process: run it again, and nothing is computed twice.
const memory = await openMemory({ store: sqliteStore('flock.db') })
const flock = await createFlock({ memory })

const notes = await flock.map(files, async ({ model }, file) => {
  const passages = [{ id: file, text: await readFile(file, 'utf8') }]
  return model.cite({ messages: [], passages, maxSentences: 3 })
})
for (const [index, { sentences }] of notes.entries()) {
  console.log(`${files[index]}:`)
  for (const { text, citations } of sentences) console.log(`  ${text} [${citations[0]?.start}]`)
}

await flock.close()
await memory.close()
