import { hostname } from 'node:os'

import { bullmqExecutor, createWorker, listWorkers } from '@skein/bullmq'
import { createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { freePort, missing } from '../../redis/test/redis-server.ts'
import { module, openCaller, openSpace, openWorker, useServer } from './open-queue.ts'

/** Threads may take long to start. */
const patient = { timeout: 60_000 }
const ann = { id: 'ann', role: 'reader' }

describe.skipIf(missing)('a queue', () => {
  const held = useServer()

  it('spreads shared work over workers, each part once, and map-reduce is the same', async () => {
    const { flock, work, memory } = await openCaller(held.server, 'spread')
    const workers = [await openWorker(held.server, 'spread'), await openWorker(held.server, 'spread')]
    const where = new Set<string>()
    flock.on('activity.done', ({ worker }) => where.add(worker))
    const inputs = Array.from({ length: 60 }, (_, index) => index % 20)
    const { result } = await flock.mapReduce<number, number>({
      inputs,
      map: work.square,
      reduce: async (notes) => notes.reduce((sum, note) => sum + note, 0),
    })
    expect(result).toBe(inputs.reduce((sum, n) => sum + n * n, 0))
    const ran = await Promise.all(Array.from({ length: 20 }, (_, n) => memory.as(ann).facts.get(`ran/${n}`)))
    expect(ran).toEqual(Array.from({ length: 20 }, () => 1))
    expect(where.size).toBeGreaterThan(0)
    expect(workers.reduce((sum, worker) => sum + worker.entry().done, 0)).toBe(20)
    expect(memory.stats().reused).toBeGreaterThan(0)
  })

  it('holds names and refs alone', async () => {
    const { work } = await openCaller(held.server, 'bare')
    const done = work.slowly({ name: 'a secret name', ms: 10 })
    const client = new Redis(held.server.url)
    onTestFinished(() => client.disconnect())
    const jobs = async (): Promise<string[]> => {
      const keys = await client.keys(`skein-queue:{bare}:v3:slowly.*:${'?'.repeat(43)}`)
      return Promise.all(keys.map((key) => client.hget(key, 'data').then(String)))
    }
    await expect.poll(async () => (await jobs()).length, patient).toBe(1)
    const [data = ''] = await jobs()
    expect(Object.keys(JSON.parse(data) as object)).toEqual(['a', 'p'])
    expect(data).not.toContain('a secret name')
    // The form in which Redis needs least memory for it.
    const [key = ''] = await client.keys(`skein-queue:{bare}:v3:slowly.*:${'?'.repeat(43)}`)
    expect(await client.object('ENCODING', key)).toBe('listpack')
    await openWorker(held.server, 'bare')
    expect(await done).toBe('a secret name')
    // What is done leaves no job behind.
    await expect.poll(async () => (await jobs()).length, patient).toBe(0)
  })

  it('limits an activity over all workers', async () => {
    const limits = { crowd: { concurrency: 2 } }
    const { work, memory } = await openCaller(held.server, 'limited', { limits })
    await openWorker(held.server, 'limited')
    await openWorker(held.server, 'limited')
    await Promise.all(Array.from({ length: 12 }, (_, n) => work.crowd(n)))
    expect(await memory.as(ann).facts.get('crowd')).toEqual({ now: 0, most: 2 })
  })

  it('limits how many begin within a time, over all workers', async () => {
    const limits = { crowd: { rate: { max: 3, perMs: 400 } } }
    const { work } = await openCaller(held.server, 'rated', { limits })
    await openWorker(held.server, 'rated')
    await openWorker(held.server, 'rated')
    const startedAt = performance.now()
    expect(await Promise.all([0, 1, 2, 3, 4, 5, 6].map((n) => work.crowd(n)))).toHaveLength(7)
    // Three in each of two whole spans, whatever else the machine does; timers may be a little early.
    expect(performance.now() - startedAt).toBeGreaterThan(2 * 400 - 50)
  })

  it('gives work of a version to workers that have it, and says what is missing', async () => {
    const memory = await openSpace(held.server, 'versions')
    const executor = bullmqExecutor({ connection: held.server.url, queue: 'versions', workerTimeoutMs: 100 })
    const flock = await createFlock({ memory, executor })
    onTestFinished(() => flock.close())
    const old = flock.activities<typeof import('./fixtures/activities.ts')>(module)
    const url = new URL('./fixtures/other-activities.ts', import.meta.url)
    const other = flock.activities<typeof import('./fixtures/other-activities.ts')>(url)
    await expect(old.square(2)).rejects.toMatchObject({
      code: 'SKEIN_NO_WORKER',
      activity: 'square',
      message: expect.stringContaining('no worker is running'),
    })
    await openWorker(held.server, 'versions')
    await expect(other.square(3)).rejects.toThrow('a worker has version 1, the caller 2')
    await openWorker(held.server, 'versions', { activities: [url] })
    expect(await Promise.all([old.square(4), other.square(4)])).toEqual([16, 16])
  })

  it('lists its workers, and what waits for nobody', async () => {
    const { work } = await openCaller(held.server, 'listed')
    const stop = new AbortController()
    const waiting = work.square(2, { signal: stop.signal })
    const list = (): ReturnType<typeof listWorkers> => listWorkers({ connection: held.server.url, queue: 'listed' })
    await expect
      .poll(async () => (await list()).activities, patient)
      .toMatchObject([
        {
          name: 'square',
          version: '1',
          waiting: 1,
          running: 0,
          workers: 0,
          missing: expect.stringContaining('no worker'),
        },
      ])
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    const worker = await openWorker(held.server, 'listed')
    await expect
      .poll(async () => (await list()).activities.map(({ name }) => name), patient)
      .toEqual(['crowd', 'double', 'failsOnce', 'slowly', 'square', 'stuckOnce', 'untilForgotten', 'whoEnds'])
    const { workers } = await list()
    expect(workers).toMatchObject([{ id: worker.id, pid: process.pid, capacity: { compute: 1, io: 32 }, running: 0 }])
    await worker.close()
    expect((await list()).workers).toEqual([])
  })

  it('counts what becomes of jobs, by activity and by worker, also for telemetry', async () => {
    const { work, memory } = await openCaller(held.server, 'counted')
    const figures = (): Record<string, unknown> =>
      Object.fromEntries(memory.tracing.figures.map(({ name, read }) => [name, read()]))
    const stop = new AbortController()
    const waiting = work.square(9, { signal: stop.signal })
    const of = { 'skein.activity': 'square' }
    await expect.poll(figures, patient).toMatchObject({
      'skein.jobs.waiting': [{ value: 1, of }],
      'skein.jobs.running': [{ value: 0, of }],
    })
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')

    const worker = await openWorker(held.server, 'counted', { memory })
    expect(await work.failsOnce('ann')).toBe(2)
    expect(await work.square(3)).toBe(9)
    const counted = { done: 1, failed: 1, retried: 1, stalled: 0, takenOver: 0, running: 0 }
    await expect.poll(() => worker.entry(), patient).toMatchObject({ ...counted, done: 2 })
    expect(worker.entry().activities.find(({ name }) => name === 'failsOnce')).toMatchObject(counted)
    const host = { 'skein.activity': 'failsOnce', 'host.name': hostname() }
    const value = expect.arrayContaining([{ value: 1, of: host }])
    expect(figures()).toMatchObject({
      'skein.worker.done': value,
      'skein.worker.failed': value,
      'skein.worker.retried': value,
    })
    // They outlast the worker that counted them.
    await worker.close()
    await openWorker(held.server, 'counted')
    const { activities } = await listWorkers({ connection: held.server.url, queue: 'counted' })
    expect(activities.find(({ name }) => name === 'failsOnce')).toMatchObject({ ...counted, waiting: 0, workers: 1 })
  })

  it('is drained: what runs is done, what waits is left to others', async () => {
    const { work } = await openCaller(held.server, 'drained')
    const first = await openWorker(held.server, 'drained', { health: { port: 0 } })
    const probe = async (path: string): Promise<number> =>
      (await fetch(`http://127.0.0.1:${first.healthPort}${path}`)).status
    const jobs = async (): Promise<unknown> => {
      return (await fetch(`http://127.0.0.1:${first.healthPort}/queue`)).json()
    }
    expect(await Promise.all(['/health', '/ready', '/', '/constructor'].map(probe))).toEqual([200, 200, 404, 404])
    expect(await jobs()).toEqual({ waiting: 0, running: 0 })
    const begun = Promise.withResolvers<unknown>()
    const running = work.slowly({ name: 'running', ms: 500 }, { onProgress: begun.resolve })
    await begun.promise
    expect(await jobs()).toEqual({ waiting: 0, running: 1 })
    const drained = first.drain()
    expect(await Promise.all(['/health', '/ready'].map(probe))).toEqual([200, 503])
    const later = work.slowly({ name: 'later', ms: 1 })
    expect(await running).toBe('running')
    await drained
    await first.ended
    await openWorker(held.server, 'drained')
    expect(await later).toBe('later')
  })

  it('gets back at once what a worker that is closed was doing', async () => {
    const { work, memory } = await openCaller(held.server, 'returned')
    const first = await openWorker(held.server, 'returned')
    const begun = Promise.withResolvers<unknown>()
    const running = work.stuckOnce('moved', { onProgress: begun.resolve })
    await begun.promise
    const second = await openWorker(held.server, 'returned')
    await first.close()
    expect(await running).toBe('moved')
    expect(second.entry()).toMatchObject({ done: 1, takenOver: 1 })
    expect(await memory.as(ann).facts.get('ended/moved')).toBe(1)
  })
})

describe.skipIf(missing)('bad input', () => {
  const held = useServer()

  it('of options is refused, with the reason', async () => {
    const connection = held.server.url
    const memory = await openSpace(held.server, 'options')
    const wrong: readonly (readonly [make: () => unknown, option: string, reason: string])[] = [
      [() => bullmqExecutor({} as never), 'connection', 'URL of a Redis server'],
      [() => bullmqExecutor({ connection, queue: 'a b' })({ memory } as never), 'queue', 'letters, digits'],
      [
        () => bullmqExecutor({ connection, jobOptions: { attempts: 3 } as never }),
        'jobOptions.attempts',
        'retry policy',
      ],
      [() => bullmqExecutor({ connection, maxInputBytes: 0 }), 'maxInputBytes', '1'],
      [() => bullmqExecutor({ connection, limits: { note: { concurrency: 0 } } }), 'limits.note.concurrency', '1'],
      [() => createWorker({ memory, connection, activities: [] }), 'activities', 'at least one module'],
      [
        () => createWorker({ memory, connection, activities: [module], workerOptions: { maxStalledCount: 1 } }),
        'workerOptions.maxStalledCount',
        '3 or more',
      ],
      [
        () => createWorker({ memory, connection, activities: [module], workerOptions: { concurrency: 9 } as never }),
        'workerOptions.concurrency',
        'threads',
      ],
      [() => createWorker({ memory, connection: 'http://x', activities: [module] }), 'connection', 'redis://'],
    ]
    for (const [make, option, reason] of wrong) {
      const failed = (async () => make())()
      await expect(failed, option).rejects.toMatchObject({ code: 'SKEIN_OPTION', option })
      await expect(failed, option).rejects.toThrow(reason)
    }
  })

  it('of a server that is not there is a StoreError', async () => {
    const memory = await openSpace(held.server, 'nowhere')
    const connection = `redis://127.0.0.1:${await freePort()}`
    const made = createFlock({ memory, executor: bullmqExecutor({ connection, connectTimeoutMs: 300 }) })
    await expect(made).rejects.toMatchObject({ code: 'SKEIN_STORE', operation: 'connect' })
    await expect(made).rejects.toThrow(/can't be reached \(.*ECONNREFUSED/)
    const worker = createWorker({ memory, connection, connectTimeoutMs: 300, activities: [module] })
    await expect(worker).rejects.toThrow("can't be reached")
    await expect(listWorkers({ connection, connectTimeoutMs: 300 })).rejects.toMatchObject({ code: 'SKEIN_STORE' })
  })

  it.each(['allkeys-lru', 'volatile-ttl'])(
    'of a server with the eviction policy %s is a StoreError',
    async (policy) => {
      const memory = await openMemory({ store: mapStore() })
      const client = new Redis(held.server.url)
      onTestFinished(async () => {
        await client.config('SET', 'maxmemory-policy', 'noeviction')
        client.disconnect()
        await memory.close()
      })
      await client.config('SET', 'maxmemory-policy', policy)
      const made = createFlock({ memory, executor: bullmqExecutor({ connection: held.server.url, queue: 'evicting' }) })
      await expect(made).rejects.toThrow(`(maxmemory-policy ${policy})`)
      await expect(made).rejects.toMatchObject({ code: 'SKEIN_STORE' })
    },
  )

  it('of an input that is too large, or no JSON, names the activity', async () => {
    const { work } = await openCaller(held.server, 'large', { maxInputBytes: 100 })
    const large = work.slowly({ name: 'x'.repeat(200), ms: 1 })
    await expect(large).rejects.toMatchObject({ code: 'SKEIN_INPUT_SIZE', activity: 'slowly', maxBytes: 100 })
    await expect(large).rejects.toThrow('Store large values as objects')
    const odd = work.slowly({ name: 'x', ms: new Map() as never })
    await expect(odd).rejects.toMatchObject({ code: expect.stringMatching(/SKEIN_(ACTIVITY_INPUT|VALUE)/) })
  })

  it('of another space or store is a QueueMismatchError for callers and workers', async () => {
    const { server } = held
    await openCaller(server, 'owned')
    const [other, elsewhere] = [
      await openSpace(server, 'other'),
      await openMemory({ store: mapStore(), space: 'owned' }),
    ]
    onTestFinished(() => elsewhere.close())
    const options = { connection: server.url, queue: 'owned', activities: [module] }
    const mismatch = { code: 'SKEIN_QUEUE_MISMATCH', queue: 'owned', expected: 'owned' }
    await expect(createWorker({ ...options, memory: other })).rejects.toMatchObject({ ...mismatch, space: 'other' })
    await expect(createWorker({ ...options, memory: elsewhere })).rejects.toThrow('of another store')
    const made = createFlock({ memory: other, executor: bullmqExecutor({ connection: server.url, queue: 'owned' }) })
    await expect(made).rejects.toMatchObject(mismatch)
  })

  it('of other keys is a MissingKeyError for callers and workers', async () => {
    const { url } = held.server
    const ringOf = (byte: number) => ({ keys: { k1: Buffer.alloc(32, byte) }, current: 'k1' })
    const openRing = async (encryption?: ReturnType<typeof ringOf>) => {
      const memory = await openMemory({ store: redisStore(url), space: 'ringed', ...(encryption && { encryption }) })
      onTestFinished(() => memory.close())
      return memory
    }
    const options = { connection: url, queue: 'ringed', activities: [module] }
    const worker = await createWorker({ ...options, memory: await openRing(ringOf(1)) })
    onTestFinished(() => worker.close())
    for (const memory of [await openRing(ringOf(2)), await openRing()]) {
      await expect(createWorker({ ...options, memory })).rejects.toMatchObject({ code: 'SKEIN_KEY_MISSING' })
      const made = createFlock({ memory, executor: bullmqExecutor({ connection: url, queue: 'ringed' }) })
      await expect(made).rejects.toMatchObject({ code: 'SKEIN_KEY_MISSING' })
    }
  })
})
