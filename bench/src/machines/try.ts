import { fork } from 'node:child_process'
import { once } from 'node:events'
import { bullmqExecutor } from '@skein/bullmq'
import { createFlock } from '@skein/core'
import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { Queue, QueueEvents } from 'bullmq'
import { Redis } from 'ioredis'
import { startServer } from '../../../packages/redis/test/redis-server.ts'

const count = Number(process.argv[2] ?? 1000)
const server = await startServer('--appendfsync', 'everysec')
const url = server.url
const probe = new Redis(url)
const mem = async () => Number(/used_memory:(\d+)/.exec(await probe.info('memory'))![1])
const cmds = async () => Number(/total_commands_processed:(\d+)/.exec(await probe.info('stats'))![1])
const cpu = async () => Number(/used_cpu_user:([\d.]+)/.exec(await probe.info('cpu'))![1])+Number(/used_cpu_sys:([\d.]+)/.exec(await probe.info('cpu'))![1])
async function workers(how: string, queue: string) {
  const all = [0, 1].map(() => fork(new URL('./worker-process.ts', import.meta.url), [how, url, queue, '64']))
  await Promise.all(all.map((c) => once(c, 'message')))
  return all
}
async function bare() {
  const ws = await workers('bare', 'bare')
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const queue = new Queue('bare', { connection, defaultJobOptions: { removeOnComplete: true, removeOnFail: true } })
  const events = new QueueEvents('bare', { connection: connection.duplicate() })
  await events.waitUntilReady()
  const [c0, u0] = [await cmds(), await cpu()]
  const t0 = performance.now()
  let left = count
  const sum = Promise.withResolvers<void>()
  events.on('completed', () => { left -= 1; if (left === 0) sum.resolve() })
  for (let at = 0; at < count; at += 1000) await queue.addBulk(Array.from({ length: Math.min(1000, count - at) }, (_, n) => ({ name: 'part', data: { n: at + n } })))
  await sum.promise
  console.log('bare', Math.round(performance.now() - t0), 'ms', 'cmds/part', (await cmds() - c0) / count, 'redis cpu ms/part', ((await cpu() - u0) * 1000 / count).toFixed(3))
  ws.forEach((w) => w.disconnect()); await events.close(); await queue.close(); connection.disconnect()
}
async function skein(q: string) {
  const ws = await workers('skein', q)
  const memory = await openMemory({ store: redisStore(url), space: q, auditKeepMs: 0 })
  const flock = await createFlock({ memory, executor: bullmqExecutor({ connection: url, queue: q }) })
  const { part } = flock.activities<typeof import('./part-activities.ts')>(new URL('./part-activities.ts', import.meta.url))
  const [c0, u0] = [await cmds(), await cpu()]
  const p0 = process.cpuUsage()
  const t0 = performance.now()
  const { result } = await flock.mapReduce<number, number>({ inputs: Array.from({ length: count }, (_, n) => n), map: part, reduce: async (n) => n.reduce((a, b) => a + b, 0) })
  const p = process.cpuUsage(p0)
  console.log('skein', Math.round(performance.now() - t0), 'ms', result === count * (count - 1), 'cmds/part', (await cmds() - c0) / count, 'redis cpu ms/part', ((await cpu() - u0) * 1000 / count).toFixed(3), 'caller cpu ms/part', ((p.user + p.system) / 1000 / count).toFixed(3))
  ws.forEach((w) => w.disconnect()); await flock.close(); await memory.close()
}
for (let i = 0; i < 2; i++) { await bare(); await skein('q' + i) }
await server.stop()
process.exit()
