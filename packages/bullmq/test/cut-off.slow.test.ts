import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

import { listWorkers } from '@skein/bullmq'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing, startServer } from '../../redis/test/redis-server.ts'
import { startProxy } from '../../redis/test/tcp-proxy.ts'
import { linkKind, startApart } from './machine-apart.ts'
import { openCaller } from './open-queue.ts'
import { startProcess } from './start-process.ts'

const ann = { id: 'ann', role: 'reader' }
/** How long a machine is cut off, in milliseconds: the fault itself. */
const cutMs = 20_000
const numbers = Array.from({ length: 40 }, (_, n) => n)
const ones = numbers.map(() => 1)

async function reduce(notes: readonly number[]): Promise<number> {
  return notes.reduce((sum, note) => sum + note, 0)
}

describe.skipIf(missing)('a worker behind a link of its own', () => {
  it(`that is cut off for ${cutMs / 1_000} s (by ${linkKind}): another one takes over, and what it writes late is refused`, async () => {
    const { server, machine } = await startApart()
    const { work, flock, memory } = await openCaller(server, 'cut')
    const cutOff = await startProcess('worker-process', machine, 'cut')
    const holder = await startProcess('claim-process', machine, 'cut')
    const [begun, again] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const onProgress = (value: unknown): void => (value === 1 ? begun : again).resolve()
    const late = work.whoEnds('late', { onProgress })
    await begun.promise
    // Its result is there a second later, and can't get through; no more can what is written under the claim.
    machine.cut()
    // The time is the fault itself: nothing tells when a cut is over.
    const healed = sleep(cutMs).then(() => machine.heal())
    holder.child.kill('SIGUSR2')
    await startProcess('worker-process', server, 'cut')
    const claim = await memory.as(ann).claims.claim('held', { wait: true })
    await memory.as(ann).facts.set('held', 'taken over', { claim: claim as NonNullable<typeof claim> })
    const { result } = await flock.mapReduce<number, number>({ inputs: numbers, map: work.square, reduce })
    expect(result).toBe(numbers.reduce((sum, n) => sum + n * n, 0))
    await again.promise
    await memory.as(ann).facts.set('go', true)
    expect(await late).toBe(2)
    await healed

    expect(await holder.next('refused')).toBe('refused SKEIN_FENCE')
    expect(await memory.as(ann).facts.get('held')).toBe('taken over')
    // It is there again, and does its part.
    await expect.poll(async () => (await report('whoEnds')).workers, { timeout: 60_000 }).toHaveLength(2)
    expect(await Promise.all(numbers.map((n) => work.square(n + 40)))).toEqual(numbers.map((n) => (n + 40) ** 2))
    const ended = once(cutOff.child, 'exit')
    cutOff.child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(await work.whoEnds('late')).toBe(2)
    expect(await counts('ran/', [...numbers, ...numbers.map((n) => n + 40)])).toEqual([...ones, ...ones])
    expect(await counts('begun/', ['late'])).toEqual([2])
    await expect
      .poll(async () => (await report('whoEnds')).activity, { timeout: 60_000 })
      .toMatchObject({ done: 1, stalled: 1, takenOver: 1, failed: 0 })

    async function report(activity: string) {
      const { workers, activities } = await listWorkers({ connection: server.url, queue: 'cut' })
      return { workers, activity: activities.find(({ name }) => name === activity) }
    }
    function counts(prefix: string, names: readonly (number | string)[]) {
      return Promise.all(names.map((name) => memory.as(ann).facts.get<number>(`${prefix}${name}`)))
    }
  })

  it('that is slow and breaks now and then (by a TCP proxy) only slows: each part is done and counts once', async () => {
    const server = await startServer()
    onTestFinished(() => server.stop())
    const proxy = await startProxy({ host: '127.0.0.1', port: server.port })
    onTestFinished(() => proxy.close())
    const { flock, work, memory } = await openCaller(server, 'slow')
    await startProcess('worker-process', { url: proxy.url('redis') }, 'slow')
    proxy.delay(50)
    proxy.cutEvery(100)
    const { result } = await flock.mapReduce<number, number>({ inputs: numbers, map: work.double, reduce })
    expect(result).toBe(numbers.reduce((sum, n) => sum + n * 2, 0))
    expect((await memory.ledger())['activity']).toMatchObject({ computed: 40, reused: 0 })
    expect(proxy.lost).toBeGreaterThan(0)
    // Nothing of it failed, or was given up and done again.
    proxy.heal()
    await expect
      .poll(async () => {
        const { activities } = await listWorkers({ connection: server.url, queue: 'slow' })
        return activities.find(({ name }) => name === 'double')
      })
      .toMatchObject({ failed: 0, retried: 0 })
  })
})
