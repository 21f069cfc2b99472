// A web app whose visitors share one memory: npm start, then
// curl --data 'Anvils are heavy. Nobody lifts one twice.' http://localhost:3000/summaries
import { serve } from '@hono/node-server'
import { createFlock } from '@skein/core'
import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { Hono } from 'hono'

const memory = await openMemory({ store: sqliteStore('flock.db') })
const flock = await createFlock({ memory })
const app = new Hono()

app.get('/', (context) => context.text('POST a text to /summaries.\n'))

app.post('/summaries', async (context) => {
  const text = await context.req.text()
  if (text.trim() === '') return context.json({ error: 'Send a text.' }, 400)
  // Visitors that send the same text share one computation, and its answer.
  const sentences = await flock.run(async ({ model }) => {
    const passages = [{ id: 'text', text }]
    const answer = await model.cite({ messages: [], passages, maxSentences: 3 })
    return answer.sentences.map((sentence) => sentence.text)
  })
  return context.json({ sentences })
})

const port = Number(process.env['PORT'] ?? 3000)
const server = serve({ fetch: app.fetch, port }, (address) => {
  console.log(`Listening on http://localhost:${address.port}`)
})

async function stop(): Promise<void> {
  server.close()
  // Finishes what runs, then closes.
  await flock.drain()
  await memory.close()
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop())
