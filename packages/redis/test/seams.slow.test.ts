import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { startChild } from './child.ts'
import { CoherenceRun } from './coherence-run.ts'
import { temporaryFolder } from './places.ts'
import { startCluster } from './redis-cluster.ts'
import { startSentinel } from './redis-sentinel.ts'
import { missing, startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'
import { startProxy, subscribers } from './tcp-proxy.ts'

/** How long each store is tried, in milliseconds: `pnpm soak seams` sets it. Otherwise two stores are tried for a moment. */
const soakMs = process.env['SKEIN_SEAMS_MS']
const durationMs = Number(soakMs ?? 5_000)
vi.setConfig({ testTimeout: durationMs + 240_000 })

/** Something that happens to a store while processes use it. */
interface Fault {
  happen(run: CoherenceRun): Promise<unknown>
  /** Whether the processes can't reach the store meanwhile, of which they must be told. */
  readonly isOutage?: boolean
}

type Faults = Readonly<Record<string, Fault>>

/** A store at a place, what can happen to it, and what the processes need in their environment. */
interface Seams {
  readonly place: string
  readonly faults: Faults
  readonly env?: NodeJS.ProcessEnv
}

const someMs = (most: number): number => 100 + Math.random() * most

/** Kills a server, and starts it again on what is on its disk. */
function restartOf(server: TestServer): Fault {
  return {
    isOutage: true,
    happen: async () => {
      await server.kill()
      await pause(someMs(1_500))
      await server.restart()
      await pause(500)
    },
  }
}

const ofProcesses: Faults = {
  'a process is killed': { happen: (run) => run.replace(Math.floor(Math.random() * run.children.length)) },
  'a process sleeps': {
    happen: async (run) => {
      run.children[0]?.signal('SIGSTOP')
      await pause(someMs(2_000))
      run.children[0]?.signal('SIGCONT')
    },
  },
  'nothing happens': { happen: () => pause(500) },
}

const fakeTime = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1'

async function sqliteSeams(): Promise<Seams> {
  const folder = temporaryFolder()
  const place = join(folder, 'flock.db')
  const clock = join(folder, 'clock')
  const setClock = (offset: string): void => writeFileSync(clock, `${offset}\n`)
  setClock('+0')
  const faults: Faults = {
    ...ofProcesses,
    'another process has the lock': {
      happen: async () => {
        const holder = startChild('../../../sqlite/test/fixtures/locking-process.ts', place)
        await holder.line('locked')
        await pause(someMs(1_500))
        holder.signal('SIGKILL')
        await holder.ended
      },
    },
    ...(existsSync(fakeTime) && {
      'the clock is set back': {
        happen: async () => {
          setClock('-1h')
          await pause(someMs(1_000))
          setClock('+0')
        },
      },
      'the clock is set forward': {
        happen: async () => {
          setClock('+1h')
          await pause(someMs(1_000))
          setClock('+0')
        },
      },
    }),
  }
  const env = {
    LD_PRELOAD: fakeTime,
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
  return { place, faults, ...(existsSync(fakeTime) && { env }) }
}

async function redisSeams(): Promise<Seams> {
  const server = await startServer()
  onTestFinished(() => server.stop())
  const proxy = await startProxy({ host: '127.0.0.1', port: server.port })
  onTestFinished(() => proxy.close())
  const admin = new Redis(server.url)
  admin.on('error', () => {})
  onTestFinished(() => admin.disconnect())
  const faults: Faults = {
    ...ofProcesses,
    'the server restarts': restartOf(server),
    'connections for changes are killed': {
      happen: async () => {
        await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
        await pause(300)
      },
    },
    'the network is cut': {
      isOutage: true,
      happen: async () => {
        proxy.cut()
        await pause(someMs(1_000))
        proxy.heal()
        await pause(500)
      },
    },
    'changes get lost': {
      happen: async () => {
        proxy.blackHole(subscribers)
        await pause(someMs(2_500))
        proxy.heal()
      },
    },
    'answers come late': {
      happen: async () => {
        proxy.delay(20)
        await pause(someMs(1_000))
        proxy.heal()
      },
    },
    'the memory of the server is full': {
      happen: async () => {
        await admin.config('SET', 'maxmemory', '1mb')
        await pause(someMs(1_000))
        await admin.config('SET', 'maxmemory', '0')
      },
    },
  }
  return { place: proxy.url('redis'), faults }
}

async function clusterSeams(): Promise<Seams> {
  const cluster = await startCluster()
  onTestFinished(() => cluster.stop())
  const servers = Object.fromEntries(
    cluster.masters.map((master, index) => [`node ${index + 1} restarts`, { ...restartOf(master), isOutage: false }]),
  )
  const place = `cluster:${cluster.masters.map(({ port }) => port).join(',')}`
  return { place, faults: { ...ofProcesses, ...servers } }
}

async function sentinelSeams(): Promise<Seams> {
  const sentinel = await startSentinel()
  onTestFinished(() => sentinel.stop())
  const faults: Faults = {
    ...ofProcesses,
    'the master is replaced': { happen: () => sentinel.failOver() },
  }
  return { place: `sentinel:${sentinel.port}`, faults }
}

const stores: Readonly<Record<string, () => Promise<Seams>>> = {
  SQLite: sqliteSeams,
  Redis: redisSeams,
  ...(soakMs !== undefined && { 'Redis Cluster': clusterSeams, 'Redis with Sentinel': sentinelSeams }),
}

describe.each(Object.keys(stores))('%s under faults at random', (name) => {
  const needs = name === 'SQLite' ? undefined : missing

  it.skipIf(needs)(
    `serves nothing stale, loses nothing, hangs nowhere and says so${needs ? ` (${needs})` : ''}`,
    async () => {
      const { place, faults, env } = await (stores[name] as () => Promise<Seams>)()
      const run = await CoherenceRun.start(place, 3, env)
      const end = performance.now() + durationMs
      const happened: string[] = []
      let writes = 0
      while (performance.now() < end) {
        const names = Object.keys(faults)
        const fault = names[Math.floor(Math.random() * names.length)] ?? ''
        happened.push(fault)
        const told = await run.told()
        const outcome = await run.under(async () => {
          await pause(300)
          await faults[fault]?.happen(run)
          await pause(300)
        })
        const { stale, lost, violations } = outcome
        const stuck = await run.probe()
        expect({ happened, stale, lost, violations: violations.slice(0, 5), stuck }).toEqual({
          happened,
          stale: 0,
          lost: 0,
          violations: [],
          stuck: [],
        })
        if (faults[fault]?.isOutage === true) {
          const since = await run.told()
          expect({ happened, silent: since.filter((count, index) => count <= (told[index] ?? 0)) }).toEqual({
            happened,
            silent: [],
          })
        }
        writes = outcome.writes
      }
      // Otherwise the run proves nothing.
      expect(writes).toBeGreaterThan(20)
      process.stdout.write(`${name}: ${happened.length} faults, ${writes} acknowledged writes\n`)
    },
  )
})
