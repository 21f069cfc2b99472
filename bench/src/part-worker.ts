/**
 * A worker in a process of its own: `part-worker.ts skein|hand|bare URL QUEUE CONCURRENCY`. It says "ready" to whoever
 * started it, then to each message how much processor time it has taken, in milliseconds, and ends with its channel.
 *
 * @module
 */

import { createWorker } from '@skein/bullmq'
import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { Worker } from 'bullmq'
import type { Job } from 'bullmq'
import { Redis } from 'ioredis'

import { partWork } from './part-work.ts'
import type { PartInput } from './part-work.ts'
import { handWorker } from './parts-by-hand.ts'

const [how = '', url = '', queue = '', concurrency = ''] = process.argv.slice(2)
process.once('disconnect', () => process.exit())
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.((user + system) / 1_000)
})
if (how === 'skein') {
  await createWorker({
    memory: await openMemory({ store: redisStore(url) }),
    connection: url,
    queue,
    activities: [new URL('./part-activities.ts', import.meta.url)],
    threads: { threads: 1, ioPerThread: Number(concurrency) },
  })
} else {
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const work = how === 'hand' ? handWorker(connection) : ({ data }: Job<PartInput>) => partWork(data)
  const worker = new Worker<PartInput>(queue, work, {
    connection,
    concurrency: Number(concurrency),
  })
  await worker.waitUntilReady()
}
process.send?.('ready')
