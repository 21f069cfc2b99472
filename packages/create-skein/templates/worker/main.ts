// The service: npm start. It works through the jobs that are there, and waits for more.
import { createFlock } from '@skein/core'
import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'

import { clerk, clerkId } from './jobs.ts'

const memory = await openMemory({ store: sqliteStore('flock.db') })
const flock = await createFlock({ memory })
// An agent that waits keeps no process alive; the service does.
const alive = setInterval(() => {}, 60_000)
async function stop(): Promise<void> {
  clearInterval(alive)
  await flock.drain()
  await memory.close()
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop())

// Starts it, or continues where the last process ended; if that was killed, once its lease has ended.
const service = await flock.spawnDurable(clerk, { id: clerkId, wait: true })
console.log(`Ready after ${service.snapshot.context.jobs} jobs`)
