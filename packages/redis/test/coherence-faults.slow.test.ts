import { setTimeout as pause } from 'node:timers/promises'

import Database from 'better-sqlite3'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { CoherenceRun } from './coherence-run.ts'
import type { Outcome } from './coherence-run.ts'
import { temporaryFolder } from './places.ts'
import { missing, startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'
import { startProxy, subscribers } from './tcp-proxy.ts'
import type { TcpProxy } from './tcp-proxy.ts'

// Faults last for seconds, and eight threads and a server share the machine with other tests.
vi.setConfig({ testTimeout: 180_000 })

/** `pnpm soak` sets more than one. */
const rounds = Array.from({ length: Number(process.env['SKEIN_SOAK_ROUNDS'] ?? 1) }, (_, round) => round + 1)

/** How long the processes run before and after a fault, in milliseconds. */
const around = 700

function expectSound(outcome: Outcome, leastWrites: number): void {
  const { stale, lost, violations } = outcome
  expect({ stale, lost, violations: violations.slice(0, 5) }).toEqual({ stale: 0, lost: 0, violations: [] })
  // Otherwise the run proves nothing.
  expect(outcome.writes).toBeGreaterThan(leastWrites)
}

async function server(): Promise<TestServer> {
  const started = await startServer()
  onTestFinished(() => started.stop())
  return started
}

/** A server behind a network that fails on demand. */
async function proxied(): Promise<TcpProxy> {
  const { port } = await server()
  const proxy = await startProxy({ host: '127.0.0.1', port })
  onTestFinished(() => proxy.close())
  return proxy
}

const why = missing ? ` (${missing})` : ''

describe.skipIf(missing).each(rounds)(`Copies of 4 processes on Redis${why}, round %i`, () => {
  it('are never stale, and nothing is lost: the connections that bring changes are killed 20 times', async () => {
    const { url } = await server()
    const admin = new Redis(url)
    onTestFinished(() => admin.disconnect())
    const run = await CoherenceRun.start(url)
    let killed = 0
    const outcome = await run.under(async () => {
      for (let time = 0; time < 20; time += 1) {
        await pause(around / 5)
        killed += Number(await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))
      }
    })
    expect(killed).toBeGreaterThan(20)
    expectSound(outcome, 50)
  })

  it('are never stale, and nothing is lost: the server is killed for 3 s', async () => {
    const redis = await server()
    const run = await CoherenceRun.start(redis.url)
    const outcome = await run.under(async () => {
      await pause(around)
      await redis.kill()
      await pause(3_000)
      await redis.restart()
      await pause(3 * around)
    })
    expectSound(outcome, 50)
  })

  it('are never stale: the connections that bring changes are a black hole for 5 s', async () => {
    const proxy = await proxied()
    const run = await CoherenceRun.start(proxy.url('redis'))
    const outcome = await run.under(async () => {
      await pause(around)
      proxy.blackHole(subscribers)
      await pause(5_000)
      proxy.heal()
    })
    expectSound(outcome, 50)
  })

  it('are never stale: answers come late, so that reads race updates', async () => {
    const proxy = await proxied()
    const run = await CoherenceRun.start(proxy.url('redis'))
    const outcome = await run.under(async () => {
      for (const ms of [3, 10, 1, 25, 0]) {
        proxy.delay(ms)
        await pause(around)
      }
    })
    expectSound(outcome, 50)
  })

  it('are never stale: a process sleeps for 5 s while the others write', async () => {
    const { url } = await server()
    const run = await CoherenceRun.start(url)
    const outcome = await run.under(async () => {
      await pause(around)
      run.children[0]?.signal('SIGSTOP')
      await pause(5_000)
      run.children[0]?.signal('SIGCONT')
    })
    expectSound(outcome, 50)
  })
})

describe.each(rounds)('Copies of 4 processes on one SQLite file, round %i', () => {
  it('are never stale, nothing is lost and the file is sound: processes are killed while they write', async () => {
    const path = `${temporaryFolder()}/flock.db`
    const run = await CoherenceRun.start(path)
    const outcome = await run.under(async () => {
      for (let time = 0; time < 8; time += 1) {
        await pause(around / 2)
        await run.replace(time % 4)
      }
    })
    expectSound(outcome, 50)
    const db = new Database(path, { readonly: true })
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    db.close()
  })
})
