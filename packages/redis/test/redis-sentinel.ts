import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { Redis } from 'ioredis'

import { freePort, program, startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'

/** A master and its replicas, one of which takes over when the master is gone. */
export interface TestSentinel {
  readonly port: number
  readonly master: TestServer
  /** A client that asks the Sentinel for the master, as users have one. */
  client(): Redis
  /** Resolves when another master was chosen. */
  failedOver(): Promise<void>
  /** Kills the present master, waits until another one was chosen, and brings the old one back as its replica. */
  failOver(): Promise<void>
  stop(): Promise<void>
}

const name = 'flock'

/** Starts a master, two replicas that have caught up, and a Sentinel that watches them. */
export async function startSentinel(): Promise<TestSentinel> {
  const master = await startServer('--repl-diskless-sync-delay', '0')
  const following = ['--repl-diskless-sync-delay', '0', '--replicaof', '127.0.0.1', `${master.port}`]
  const replicas = [await startServer(...following), await startServer(...following)]
  const clients: Redis[] = []
  const kept = (client: Redis): Redis => {
    client.on('error', () => {})
    clients.push(client)
    return client
  }
  for (const { url } of replicas) {
    const admin = kept(new Redis(url))
    while (!/master_link_status:up/.test(await admin.info('replication'))) await pause(20)
  }

  const port = await freePort()
  const config = join(master.folder, 'sentinel.conf')
  // One Sentinel decides alone. In milliseconds.
  const lines = [
    `monitor ${name} 127.0.0.1 ${master.port} 1`,
    `down-after-milliseconds ${name} 1000`,
    `failover-timeout ${name} 5000`,
  ]
  writeFileSync(config, [`port ${port}`, ...lines.map((line) => `sentinel ${line}`), ''].join('\n'))
  const child = spawn(program ?? 'redis-server', [config, '--sentinel'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const sentinel = kept(new Redis({ host: '127.0.0.1', port, retryStrategy: () => 50, maxRetriesPerRequest: null }))
  const known = async (): Promise<number> => ((await sentinel.call('SENTINEL', 'REPLICAS', name)) as unknown[]).length
  while ((await known()) < replicas.length) await pause(50)

  const masterPort = async (): Promise<number> => {
    const [, at] = (await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as string[]
    return Number(at)
  }
  const otherThan = async (before: number): Promise<void> => {
    while ((await masterPort()) === before) await pause(50)
  }

  return {
    port,
    master,
    client: () => kept(new Redis({ sentinels: [{ host: '127.0.0.1', port }], name })),
    failedOver: () => otherThan(master.port),
    failOver: async () => {
      const before = await masterPort()
      const server = [master, ...replicas].find((each) => each.port === before)
      await server?.kill()
      await otherThan(before)
      await server?.restart()
      const present = kept(new Redis({ host: '127.0.0.1', port: await masterPort() }))
      while (!/connected_slaves:2/.test(await present.info('replication').catch(() => ''))) await pause(50)
      present.disconnect()
    },
    stop: async () => {
      for (const client of clients) client.disconnect()
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      await Promise.all([master, ...replicas].map((server) => server.stop()))
    },
  }
}
