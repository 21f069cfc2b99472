/**
 * A worker of a machine of its own: `worker-process.ts skein|bare URL QUEUE CONCURRENCY`. It says "ready" to whoever
 * started it, and ends with its channel.
 *
 * @module
 */

import { createWorker } from '@skein/bullmq'
import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'

import { partWork } from './part-work.ts'

const [how = '', url = '', queue = '', concurrency = ''] = process.argv.slice(2)
process.once('disconnect', () => process.exit())
if (how === 'skein') {
  const memory = await openMemory({ store: redisStore(url), space: queue, auditKeepMs: 0 })
  const activities = [new URL('./part-activities.ts', import.meta.url)]
  await createWorker({
    memory,
    connection: url,
    queue,
    activities,
    threads: { threads: 1, ioPerThread: Number(concurrency) },
  })
} else {
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const worker = new Worker<{ n: number }>(queue, (job) => partWork(job.data.n), {
    connection,
    concurrency: Number(concurrency),
  })
  await worker.waitUntilReady()
}
process.send?.('ready')
