import { hash, randomUUID } from 'node:crypto'

import { Queue, QueueEvents } from 'bullmq'
import { Redis } from 'ioredis'

import { partWork } from './part-work.ts'
import type { PartInput } from './part-work.ts'

/*
 * What anybody would write who keeps the same promises by hand, with the least memory: a job with a name alone; a record
 * that holds the input, then the result, with its version, its times, its author, its label and a checksum; a list of
 * records in order; a feed of changes; a note of each read for the audit. Nothing here renews leases, seals or recovers.
 */

/** As many as `flock.mapReduce` keeps under way over two such workers. */
const underWay = 256
/** Notes of the audit that become one record. */
const notedTogether = 60
/** What the names of records begin with. */
const prefix = 'public activity/part@1/'
const [rows, order, feed, audit] = ['rows', 'order', 'feed', 'audit']
const jobOptions = { removeOnComplete: true, removeOnFail: true }

/** Notes reads, many in one record. */
class Notes {
  readonly #redis: Redis
  #noted: string[] = []

  constructor(redis: Redis) {
    this.#redis = redis
  }

  async add(id: string): Promise<void> {
    this.#noted.push(id)
    if (this.#noted.length >= notedTogether) await this.flush()
  }

  async flush(): Promise<void> {
    const ids = this.#noted
    this.#noted = []
    if (ids.length === 0) return
    await this.#redis.hset(audit, randomUUID(), JSON.stringify({ at: Date.now(), agent: 'flock', action: 'read', ids }))
  }
}

/** Writes a row, and tells of it. */
async function write(redis: Redis, version: number, parts: readonly (readonly [id: string, value: unknown])[]) {
  const at = Date.now()
  const seq = await redis.incrby('seq', parts.length)
  const pipeline = redis.pipeline()
  for (const [index, [id, value]] of parts.entries()) {
    const head = `${version} ${seq + index} ${at} ${at} 0 0 public - flock`
    const content = JSON.stringify(value)
    pipeline.hset(rows, prefix + id, `${hash('sha1', head + content).slice(0, 8)} ${head}\n${content}`)
    pipeline.zadd(order, seq + index, prefix + id)
  }
  const lines = parts.map(([id]) => `set work ${version} ${at} public - flock ${prefix}${id}`)
  pipeline.xadd(feed, `${seq}-0`, 'c', lines.join('\n'))
  await pipeline.exec()
}

async function read(redis: Redis, notes: Notes, id: string): Promise<Row> {
  await notes.add(prefix + id)
  const text = (await redis.hget(rows, prefix + id)) ?? '\n{}'
  return JSON.parse(text.slice(text.indexOf('\n') + 1)) as Row
}

interface Row {
  readonly input?: PartInput
  readonly output?: number
}

/** Carries out a part. */
export function handWorker(connection: Redis): (job: { readonly id?: string | undefined }) => Promise<void> {
  const notes = new Notes(connection)
  return async ({ id = '' }) => {
    const { input } = await read(connection, notes, id)
    const startedAt = performance.now()
    const output = await partWork(input as PartInput)
    const ms = Math.round(performance.now() - startedAt)
    await write(connection, 2, [[id, { state: 'done', output, worker: `${process.pid}/1`, title: 'part', ms }]])
  }
}

/** Has parts carried out, some hundred at a time, and adds up what becomes of them. */
export async function byHand(url: string): Promise<{
  run(inputs: readonly PartInput[]): Promise<number>
  close(): Promise<void>
}> {
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const queue = new Queue('parts', { connection, defaultJobOptions: jobOptions })
  const listening = connection.duplicate()
  const events = new QueueEvents('parts', { connection: listening })
  await events.waitUntilReady()
  const notes = new Notes(connection)
  return {
    run: async (inputs) => {
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      const rest = inputs.map((input) => ({ input, id: hash('sha256', JSON.stringify(input), 'base64url') }))
      let [left, sum] = [inputs.length, 0]
      const submit = async (count: number): Promise<void> => {
        const next = rest.splice(0, count)
        if (next.length === 0) return
        await write(
          connection,
          1,
          next.map(({ id, input }) => [id, { state: 'running', owner: `${process.pid}`, title: 'part', input }]),
        )
        await queue.addBulk(next.map(({ id }) => ({ name: 'part', data: { p: prefix }, opts: { jobId: id } })))
      }
      const take = async (id: string): Promise<void> => {
        const { output = 0 } = await read(connection, notes, id)
        sum += output
        left -= 1
        if (left === 0) resolve(sum)
        await submit(1)
      }
      events.on('completed', ({ jobId }) => void take(jobId).catch(reject))
      await submit(underWay)
      return promise
    },
    close: async () => {
      await events.close()
      await queue.close()
      listening.disconnect()
      connection.disconnect()
    },
  }
}
