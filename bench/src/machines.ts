import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

import { bullmqExecutor } from '@skein/bullmq'
import { createFlock } from '@skein/core'
import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { Queue, QueueEvents } from 'bullmq'
import { Redis } from 'ioredis'

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import type { PartInput } from './part-work.ts'
import { MissingError } from './question.ts'
import type { Asking, Contender, Question } from './question.ts'

const workers = 2
/** Parts under way in each worker. */
const concurrency = 64
const together = 1_000
/** How often the memory of the server is looked at, in milliseconds. */
const lookMs = 20

const limit =
  'A part of ours is also a record of what it is made of, a lease, and a result that is kept; and its results reach all processes of the space. Bare jobs are removed when they are done.'
const [oursName, bareName] = ['ours: map-reduce', 'BullMQ: jobs']

/** How long a job of many parts takes over two workers, against as many bare jobs. */
export function parts(asking: Asking): Promise<Question> {
  const waitMs = asking.quick ? 10 : 1_000
  return overWorkers(asking, {
    name: 'parts',
    unit: `one of 10,000 parts that wait ${waitMs} ms each, ${concurrency} at a time in each of ${workers} workers`,
    waitMs,
    most: 1.3,
    figure: ({ ms, count }) => (ms * 1e6) / count,
  })
}

/** How much memory the server needs for a part meanwhile. */
export function partsMemory(asking: Asking): Promise<Question> {
  return overWorkers(asking, {
    name: 'parts-memory',
    kind: 'bytes',
    unit: 'most memory of the Redis server for one of as many parts, while they are done',
    waitMs: 10,
    most: 1.1,
    figure: ({ bytes, count }) => bytes / count,
  })
}

/** What it took to have many parts done. */
interface Done {
  readonly ms: number
  readonly count: number
  /** By how much the memory of the server grew at most. */
  readonly bytes: number
}

interface Variant extends Pick<Question, 'name' | 'unit' | 'kind'> {
  readonly waitMs: number
  readonly most: number
  readonly figure: (done: Done) => number
}

async function overWorkers({ quick }: Asking, { waitMs, most, figure, ...about }: Variant): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const count = quick ? 50 : 10_000
  const inputs = Array.from({ length: count }, (_, n) => ({ n, waitMs }))
  const expected = count * (count - 1)
  const contender = (name: string, how: 'skein' | 'bare', job: (url: string) => Promise<Job>): Contender => ({
    name,
    tellsFigure: true,
    // Its answer is checked in each turn.
    check: () => {},
    run: async () => {
      const server = await startServer()
      const processes = await startWorkers(how, server.url)
      const { run, close } = await job(server.url)
      const done = await measure(server.url, count, async () => {
        const sum = await run(inputs)
        if (sum !== expected) throw new Error(`The parts make ${sum}, not ${expected}.`)
      })
      await close()
      for (const one of processes) one.disconnect()
      await server.stop()
      return figure(done)
    },
  })
  return {
    ...about,
    times: 1,
    rounds: quick ? 1 : 3,
    warmUps: 0,
    budgetMs: 600_000,
    contenders: [contender(oursName, 'skein', ours), contender(bareName, 'bare', bare)],
    ratios: [{ of: oursName, to: bareName, most, limit }],
  }
}

/** Adds up what becomes of many parts. */
interface Job {
  run(inputs: readonly PartInput[]): Promise<number>
  close(): Promise<void>
}

async function ours(url: string): Promise<Job> {
  const memory = await openMemory({ store: redisStore(url) })
  const flock = await createFlock({ memory, executor: bullmqExecutor({ connection: url, queue: 'parts' }) })
  const module = new URL('./part-activities.ts', import.meta.url)
  const { part } = flock.activities<typeof import('./part-activities.ts')>(module)
  return {
    run: async (inputs) => {
      const reduce = async (results: readonly number[]): Promise<number> => results.reduce((sum, one) => sum + one, 0)
      return (await flock.mapReduce<PartInput, number>({ inputs: [...inputs], map: part, reduce })).result as number
    },
    close: async () => {
      await flock.close()
      await memory.close()
    },
  }
}

async function bare(url: string): Promise<Job> {
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const options = { removeOnComplete: true, removeOnFail: true }
  const queue = new Queue('parts', { connection, defaultJobOptions: options })
  const events = new QueueEvents('parts', { connection: connection.duplicate() })
  await events.waitUntilReady()
  return {
    run: async (inputs) => {
      const { promise, resolve } = Promise.withResolvers<number>()
      let [left, sum] = [inputs.length, 0]
      events.on('completed', ({ returnvalue }) => {
        sum += Number(returnvalue)
        left -= 1
        if (left === 0) resolve(sum)
      })
      for (let at = 0; at < inputs.length; at += together) {
        await queue.addBulk(inputs.slice(at, at + together).map((data) => ({ name: 'part', data })))
      }
      return promise
    },
    close: async () => {
      await events.close()
      await queue.close()
      connection.disconnect()
    },
  }
}

async function startWorkers(how: 'skein' | 'bare', url: string): Promise<readonly ChildProcess[]> {
  const script = new URL('./part-worker.ts', import.meta.url)
  const started = Array.from({ length: workers }, () => fork(script, [how, url, 'parts', String(concurrency)]))
  await Promise.all(started.map((one) => once(one, 'message')))
  return started
}

async function measure(url: string, count: number, work: () => Promise<void>): Promise<Done> {
  const probe = new Redis(url)
  const used = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await probe.info('memory'))?.[1])
  const before = await used()
  let most = before
  const looking = setInterval(() => void used().then((bytes) => (most = Math.max(most, bytes))), lookMs)
  const startedAt = performance.now()
  await work()
  const ms = performance.now() - startedAt
  clearInterval(looking)
  most = Math.max(most, await used())
  probe.disconnect()
  return { ms, count, bytes: most - before }
}
