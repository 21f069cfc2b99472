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
import { byHand } from './parts-by-hand.ts'
import { MissingError } from './question.ts'
import type { Asking, Contender, Question } from './question.ts'

const workers = 2
/** Parts under way in each worker. */
const concurrency = 64
const together = 1_000
/** How often the memory of the server is looked at, in milliseconds. */
const lookMs = 20

const limit =
  'A part of ours is also a record that holds its input and keeps its result, a lease, and two changes that all processes of the space are told of.'
const handLimit = 'Ours also has leases, and notes of what the work used and has read.'
const [oursName, bareName, keptName] = ['ours: map-reduce', 'BullMQ: jobs', 'BullMQ: jobs that are kept']
const handName = 'by hand: records, a feed, an audit and jobs'

/** How long a job of many parts takes over two workers, against as many bare jobs. */
export function parts(asking: Asking): Promise<Question> {
  const waitMs = asking.quick ? 10 : 1_000
  return overWorkers(asking, {
    name: 'parts',
    unit: `one of 10,000 parts that wait ${waitMs} ms each, ${concurrency} at a time in each of ${workers} workers`,
    waitMs,
    most: 1.3,
    rounds: 2,
    figure: ({ ms, count }) => (ms * 1e6) / count,
  })
}

/** How much processor time a part takes in all processes. */
export function partsCpu(asking: Asking): Promise<Question> {
  return overWorkers(asking, {
    name: 'parts-cpu',
    unit: 'processor time for one of as many parts, of the caller, the workers and the Redis server together',
    waitMs: 10,
    figure: ({ cpuMs, count }) => (cpuMs * 1e6) / count,
  })
}

/** How much memory the server needs for a part meanwhile. */
export function partsMemory(asking: Asking): Promise<Question> {
  return overWorkers(asking, {
    name: 'parts-memory',
    kind: 'bytes',
    unit: 'most memory of the Redis server for one of as many parts, while they are done',
    waitMs: asking.quick ? 10 : 100,
    most: 1.1,
    withKept: true,
    figure: ({ mostBytes, count }) => mostBytes / count,
  })
}

/** How much memory the server needs for a part that is done. */
export function partsKept(asking: Asking): Promise<Question> {
  return overWorkers(asking, {
    name: 'parts-kept',
    kind: 'bytes',
    unit: 'memory of the Redis server for one of as many parts, after all are done',
    waitMs: 10,
    withKept: true,
    figure: ({ keptBytes, count }) => keptBytes / count,
  })
}

type How = 'skein' | 'hand' | 'bare'

/** What it took to have many parts done. */
interface Done {
  readonly ms: number
  readonly count: number
  /** By how much the memory of the server grew at most, and in the end. */
  readonly mostBytes: number
  readonly keptBytes: number
  /** Processor time of all processes. */
  readonly cpuMs: number
}

interface Variant extends Pick<Question, 'name' | 'unit' | 'kind' | 'rounds'> {
  readonly waitMs: number
  /** The target, if there is one. */
  readonly most?: number
  /** Whether jobs of BullMQ that are kept when they are done take part. */
  readonly withKept?: boolean
  readonly figure: (done: Done) => number
}

async function overWorkers(
  { quick }: Asking,
  { waitMs, most, withKept = false, rounds = 3, figure, ...about }: Variant,
): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const count = quick ? 50 : 10_000
  const inputs = Array.from({ length: count }, (_, n) => ({ n, waitMs }))
  const expected = count * (count - 1)
  const contender = (name: string, how: How, job: (url: string) => Promise<Job>): Contender => ({
    name,
    tellsFigure: true,
    // Its answer is checked in each turn.
    check: () => {},
    run: async () => {
      const server = await startServer()
      const processes = await startWorkers(how, server.url)
      const { run, close } = await job(server.url)
      const done = await measure(server.url, processes, count, async () => {
        const sum = await run(inputs)
        if (sum !== expected) throw new Error(`The parts make ${sum}, not ${expected}.`)
      })
      await close()
      const ended = processes.map((one) => once(one, 'exit'))
      for (const one of processes) one.disconnect()
      await Promise.all(ended)
      await server.stop()
      return figure(done)
    },
  })
  const kept = contender(keptName, 'bare', (url) => bare(url, true))
  const hand = contender(handName, 'hand', byHand)
  return {
    ...about,
    times: 1,
    rounds: quick ? 1 : rounds,
    warmUps: 0,
    budgetMs: 600_000,
    contenders: [
      contender(oursName, 'skein', ours),
      contender(bareName, 'bare', (url) => bare(url, false)),
      ...(withKept ? [kept, hand] : []),
    ],
    ratios: [
      ...(most === undefined ? [] : [{ of: oursName, to: bareName, most, limit }]),
      ...(withKept ? [{ of: oursName, to: handName, most: 1.15, limit: handLimit }] : []),
    ],
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

async function bare(url: string, isKept: boolean): Promise<Job> {
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const options = { removeOnComplete: !isKept, removeOnFail: true }
  const queue = new Queue('parts', { connection, defaultJobOptions: options })
  const listening = connection.duplicate()
  const events = new QueueEvents('parts', { connection: listening })
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
      listening.disconnect()
      connection.disconnect()
    },
  }
}

async function startWorkers(how: How, url: string): Promise<readonly ChildProcess[]> {
  const script = new URL('./part-worker.ts', import.meta.url)
  const started = Array.from({ length: workers }, () => fork(script, [how, url, 'parts', String(concurrency)]))
  await Promise.all(started.map((one) => once(one, 'message')))
  return started
}

async function measure(
  url: string,
  processes: readonly ChildProcess[],
  count: number,
  work: () => Promise<void>,
): Promise<Done> {
  const probe = new Redis(url)
  const used = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await probe.info('memory'))?.[1])
  const cpu = async (): Promise<number> => {
    const all = await Promise.all([serverCpuMs(probe), ...processes.map(cpuMsOf)])
    const { user, system } = process.cpuUsage()
    return all.reduce((sum, ms) => sum + ms, (user + system) / 1_000)
  }
  const before = await used()
  const cpuBefore = await cpu()
  let most = before
  const looking = setInterval(() => void used().then((bytes) => (most = Math.max(most, bytes))), lookMs)
  const startedAt = performance.now()
  await work()
  const ms = performance.now() - startedAt
  clearInterval(looking)
  const cpuMs = (await cpu()) - cpuBefore
  const after = await used()
  probe.disconnect()
  return { ms, count, mostBytes: Math.max(most, after) - before, keptBytes: after - before, cpuMs }
}

async function serverCpuMs(probe: Redis): Promise<number> {
  const text = await probe.info('cpu')
  const seconds = [/^used_cpu_sys:([\d.]+)/m, /^used_cpu_user:([\d.]+)/m].map((form) => Number(form.exec(text)?.[1]))
  return seconds.reduce((sum, one) => sum + one * 1_000, 0)
}

/** Asks a worker how much processor time it has taken. */
async function cpuMsOf(worker: ChildProcess): Promise<number> {
  const answer = once(worker, 'message')
  worker.send('cpu')
  const [ms] = (await answer) as [number]
  return ms
}
