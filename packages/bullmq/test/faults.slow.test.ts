import { once } from 'node:events'

import { listWorkers } from '@skein/bullmq'
import type { QueuedActivity } from '@skein/bullmq'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing, startServer } from '../../redis/test/redis-server.ts'
import type { TestServer } from '../../redis/test/redis-server.ts'
import { QueueNames } from '../src/queue/queue-names.ts'
import { openCaller, openSpace, openWorker } from './open-queue.ts'
import { startProcess } from './start-process.ts'

const ann = { id: 'ann', role: 'reader' }

describe.skipIf(missing)('a queue whose machines fail', () => {
  it('goes on when a worker is killed: what it was doing is done by another, nothing else twice', async () => {
    const server = await ownServer()
    const { work, memory } = await openCaller(server, 'killed')
    const victim = await startProcess('worker-process', server, 'killed')
    const told = await listen(server, 'killed')
    const begun = Promise.withResolvers<unknown>()
    const stuck = work.stuckOnce('stuck', { onProgress: begun.resolve })
    await begun.promise
    const before = await Promise.all([1, 2, 3].map((n) => work.square(n)))
    await startProcess('worker-process', server, 'killed')
    victim.child.kill('SIGKILL')
    expect(await stuck).toBe('stuck')
    // Whoever missed the others learns from the last message that both workers have made a piece of progress.
    await expect.poll(() => told.filter((text) => /^done \S+ \S+ 2$/.test(text))).toHaveLength(1)
    expect(await Promise.all([1, 2, 3, 4].map((n) => work.square(n)))).toEqual([...before, 16])
    const facts = ['begun/stuck', 'ended/stuck', 'ran/1', 'ran/2', 'ran/3', 'ran/4']
    const counts = await Promise.all(facts.map((key) => memory.as(ann).facts.get(key)))
    expect(counts).toEqual([2, 1, 1, 1, 1, 1])
    const list = async (): Promise<QueuedActivity | undefined> => {
      const { activities } = await listWorkers({ connection: server.url, queue: 'killed' })
      return activities.find(({ name }) => name === 'stuckOnce')
    }
    // Workers tell it some time later.
    await expect.poll(list, { timeout: 60_000 }).toMatchObject({ done: 1, stalled: 1, takenOver: 1, failed: 0 })
  })

  it('refuses the result of a worker that was cut off while another one has the job', async () => {
    const server = await ownServer()
    const { work, memory } = await openCaller(server, 'late')
    const [begun, again] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const onProgress = (value: unknown): void => (value === 1 ? begun : again).resolve()
    const first = await startProcess('worker-process', server, 'late')
    const answer = work.whoEnds('late', { onProgress })
    await begun.promise
    first.child.kill('SIGSTOP')
    await startProcess('worker-process', server, 'late')
    await again.promise
    const ended = once(first.child, 'exit')
    first.child.kill('SIGCONT')
    // It ends when its job has ended.
    first.child.kill('SIGTERM')
    await ended
    await memory.as(ann).facts.set('go', true)
    expect(await answer).toBe(2)
  })

  it('has a worker stop what it does when it has not heard of Redis for as long as its lock lasts', async () => {
    const server = await ownServer()
    const { work } = await openCaller(server, 'unheard')
    const worker = await openWorker(server, 'unheard', { workerOptions: { lockDuration: 1_000 } })
    const begun = Promise.withResolvers<void>()
    const answer = work.stuckOnce('x', { onProgress: () => begun.resolve() })
    await begun.promise
    expect(worker.entry().running).toBe(1)
    server.signal('SIGSTOP')
    await expect.poll(() => worker.entry().running, { timeout: 30_000 }).toBe(0)
    server.signal('SIGCONT')
    expect(await answer).toBe('x')
  })

  it('lets a worker end while Redis does not answer, and gives its jobs to others', async () => {
    const server = await ownServer()
    const { work } = await openCaller(server, 'ends')
    const worker = await openWorker(server, 'ends')
    const begun = Promise.withResolvers<void>()
    const answer = work.stuckOnce('x', { onProgress: () => begun.resolve() })
    await begun.promise
    server.signal('SIGSTOP')
    await worker.close()
    server.signal('SIGCONT')
    await openWorker(server, 'ends')
    expect(await answer).toBe('x')
  })

  it.each(['idle', 'busy'])('lets the process of a worker that is %s end when Redis is gone for good', async (how) => {
    const server = await ownServer()
    const { work } = await openCaller(server, how)
    const worker = await startProcess('worker-process', server, how)
    if (how === 'busy') {
      const begun = Promise.withResolvers<void>()
      const stuck = work.stuckOnce('x', { onProgress: () => begun.resolve() })
      // It fails with the flock, after the test.
      stuck.catch(() => {})
      await begun.promise
    }
    await server.kill()
    const ended = once(worker.child, 'exit')
    worker.child.kill('SIGUSR2')
    expect(await ended).toEqual([0, null])
  })

  it('goes on when Redis is killed and comes back after three seconds', async () => {
    const server = await ownServer()
    const { flock, work, memory } = await openCaller(server, 'outage')
    await startProcess('worker-process', server, 'outage')
    let seen = 0
    const some = Promise.withResolvers<void>()
    flock.on('activity.done', () => (seen += 1) === 5 && some.resolve())
    const inputs = Array.from({ length: 200 }, (_, n) => n)
    const done = Promise.all(inputs.map((n) => untilKept(() => work.square(n))))
    await some.promise
    await server.kill()
    // This long it is away: the fault itself, nobody waits for an event.
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    await server.restart()
    expect(await done).toEqual(inputs.map((n) => n * n))
    const counts = await Promise.all(inputs.map((n) => memory.as(ann).facts.get<number>(`ran/${n}`)))
    // What ran when Redis went away may have run twice, nothing else.
    expect(counts.filter((count) => (count ?? 0) > 1).length).toBeLessThanOrEqual(32)
    expect(counts.every((count) => (count ?? 0) >= 1)).toBe(true)
  })

  it('goes on when the caller is killed and run again: only what was missing is done', async () => {
    const server = await ownServer()
    const memory = await openSpace(server, 'caller')
    await startProcess('worker-process', server, 'caller')
    const first = await startProcess('caller-process', server, 'caller', { args: ['60'], word: 'some' })
    first.child.kill('SIGKILL')
    const second = await startProcess('caller-process', server, 'caller', { args: ['60'], word: 'sum' })
    expect(second.line).toBe(`sum ${Array.from({ length: 60 }, (_, n) => n * n).reduce((sum, n) => sum + n, 0)}`)
    const ran = await Promise.all(Array.from({ length: 60 }, (_, n) => memory.as(ann).facts.get(`ran/${n}`)))
    expect(ran).toEqual(Array.from({ length: 60 }, () => 1))
    // Also the time of parts whose caller was gone is in the ledger, and no time twice.
    const { work, flock } = await openCaller(server, 'caller')
    let tookMs = 0
    flock.on('activity.reused', ({ saved }) => (tookMs += saved.ms))
    await Promise.all(Array.from({ length: 60 }, (_, n) => work.square(n)))
    const usedMs = async (): Promise<number | undefined> => (await memory.ledger())['activity']?.used.ms
    // Workers write it some time later.
    await expect.poll(usedMs).toBeCloseTo(tookMs)
  })
})

/** A server that keeps every acknowledged write, until the test ends. */
async function ownServer(): Promise<TestServer> {
  const server = await startServer()
  onTestFinished(() => server.stop())
  return server
}

/** What workers tell callers of a queue from now on. */
async function listen({ url }: TestServer, queue: string): Promise<readonly string[]> {
  const [client, told] = [new Redis(url), [] as string[]]
  onTestFinished(() => client.disconnect())
  client.on('message', (_, text) => told.push(text))
  await client.subscribe(new QueueNames(queue).channel('events', 0))
  return told
}

/** Asks again while the store can't be reached. */
async function untilKept<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const { code } = error as { code?: string }
      if (code !== 'SKEIN_STORE' && code !== 'SKEIN_OUTCOME_UNKNOWN') throw error
      // Paces the asking: what is awaited is an answer.
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
