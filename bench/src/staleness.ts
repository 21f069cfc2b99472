import { setTimeout as pause } from 'node:timers/promises'

import { Redis } from 'ioredis'

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import type { TestServer } from '../../packages/redis/test/redis-server.ts'
import { startProxy, subscribers } from '../../packages/redis/test/tcp-proxy.ts'
import type { TcpProxy } from '../../packages/redis/test/tcp-proxy.ts'
import { openCrew } from './peers/peer-crew.ts'
import type { PeerCrew } from './peers/peer-crew.ts'
import { MissingError } from './question.ts'
import type { Asking, Question } from './question.ts'

const peers = ['ours', 'bentocache', 'cacheable', 'layered-loader']
const keys = 300

/** Where things go wrong. */
interface Place {
  readonly server: TestServer
  readonly proxy: TcpProxy
  readonly crews: readonly PeerCrew[]
}

type Fault = (place: Place, ms: number) => Promise<void>

/** Those of the coherence tests. The number says how long they last. */
const faults: Readonly<Record<string, Fault>> = {
  'no fault': (_, ms) => pause(ms),
  'invalidation links killed 10 times': async ({ server }, ms) => {
    const admin = new Redis(server.url)
    for (let time = 0; time < 10; time += 1) {
      await pause(ms / 10)
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    }
    admin.disconnect()
  },
  'invalidation links black-holed': async ({ proxy }, ms) => {
    proxy.blackHole(subscribers)
    await pause(ms)
    proxy.heal()
  },
  // A read that is answered late brings what was overwritten meanwhile.
  'all links delayed by 0 to 50 ms': async ({ proxy }, ms) => {
    for (let time = 0; time < 20; time += 1) {
      proxy.delay(Math.random() * 50)
      await pause(ms / 20)
    }
    proxy.delay(0)
  },
  'a process suspended': async ({ crews }, ms) => {
    for (const crew of crews) crew.signal('SIGSTOP')
    await pause(ms)
    for (const crew of crews) crew.signal('SIGCONT')
  },
  'server killed and restarted': async ({ server }, ms) => {
    await server.kill()
    await pause(ms / 2)
    await server.restart()
    await pause(ms / 2)
  },
}

/** Longest time that everybody gets to come to rest after a fault, in milliseconds. */
const restMs = 2_000

/**
 * Copies that are not what the server holds, two seconds after everything has
 * come to rest: 3 processes that read and write the same values while something
 * goes wrong. All libraries meet each fault at the same time, at one server.
 */
export async function staleness({ quick }: Asking): Promise<Question> {
  if (missing) throw new MissingError(missing)
  const chosen = Object.entries(faults).slice(...(quick ? [1, 2] : []))
  const processes = quick ? 2 : 3
  const runs = new Map<string, Promise<ReadonlyMap<string, number>>>()
  const under = (name: string, fault: Fault): Promise<ReadonlyMap<string, number>> => {
    const begun = runs.get(name) ?? suffer(fault, processes, quick ? 400 : 2_000)
    runs.set(name, begun)
    return begun
  }
  return {
    name: 'staleness',
    unit: `stale entries among ${(processes * keys).toLocaleString('en')} in ${processes} processes, ${restMs / 1_000} s after the last write`,
    kind: 'count',
    times: 1,
    rounds: 1,
    warmUps: 0,
    contenders: chosen.flatMap(([name, fault]) =>
      peers.map((peer) => ({
        name: `${peer}, ${name}`,
        tellsFigure: true,
        check: () => {},
        run: async () => (await under(name, fault)).get(peer),
      })),
    ),
    ratios: chosen.map(([name]) => ({ of: `ours, ${name}`, most: 0 })),
  }
}

/** Lets all libraries run into a fault, and counts what is old afterwards. */
async function suffer(fault: Fault, processes: number, ms: number): Promise<ReadonlyMap<string, number>> {
  const server = await startServer()
  const proxy = await startProxy({ host: '127.0.0.1', port: server.port })
  const crews = await Promise.all(
    peers.map(async (peer) => ({ peer, crew: await openCrew(peer, proxy.url('redis'), processes) })),
  )
  try {
    await Promise.all(crews.map(({ crew }) => crew.tell({ type: 'fill', keys })))
    // Everybody has a copy of everything.
    await Promise.all(crews.map(({ crew }) => crew.tell({ type: 'values', keys })))
    await Promise.all(crews.map(({ crew }) => crew.tell({ type: 'start', keys })))
    await pause(ms / 3)
    await fault({ server, proxy, crews: crews.map(({ crew }) => crew) }, ms)
    await pause(ms / 3)
    const stopped = await Promise.allSettled(crews.map(({ crew }) => crew.tell({ type: 'stop' })))
    await pause(restMs)
    const counts = await Promise.all(
      crews.map(async ({ peer, crew }, index): Promise<[string, number]> => {
        if (stopped[index]?.status === 'rejected') return [peer, Number.NaN]
        return [peer, await oldOnes(peer, server.url, () => crew.tell({ type: 'values', keys }))]
      }),
    )
    return new Map(counts)
  } finally {
    for (const { crew } of crews) await crew.close()
    await proxy.close()
    await server.stop()
  }
}

/** Compares what the processes read with what one reads that has no copies. */
async function oldOnes(peer: string, url: string, read: () => Promise<unknown[]>): Promise<number> {
  const checker = await openCrew(peer, url, 1, false)
  try {
    const seen = (await read()) as unknown[][]
    const [truth = []] = (await checker.tell({ type: 'values', keys })) as unknown[][]
    if (truth.filter((value) => typeof value === 'string').length < keys / 2)
      throw new Error(`${peer}: the server holds next to nothing.`)
    return seen.flatMap((values) => values.filter((value, key) => value !== truth[key])).length
  } finally {
    await checker.close()
  }
}
