import { setTimeout as pause } from 'node:timers/promises'

import { Cluster, Redis } from 'ioredis'

import { startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'

/** A real cluster: nodes on ports of their own, which share all slots. */
export interface TestCluster {
  readonly masters: readonly TestServer[]
  readonly replicas: readonly TestServer[]
  /** A client of the cluster, as users have one. */
  client(): Cluster
  /** The master that has a key, in the view of the nodes that can be reached. */
  masterOf(key: string): Promise<TestServer>
  /** Begins to move the slot of a key to another master; both then have a part of it. */
  beginMove(key: string): Promise<SlotMove>
  stop(): Promise<void>
}

/** A slot that is being moved. */
export interface SlotMove {
  /** Moves the next keys. Resolves to how many there were. */
  moveKeys(count: number): Promise<number>
  /** Gives the slot to its new master. */
  end(): Promise<void>
}

const slotCount = 16_384
/** In milliseconds. After it a replica of a node that is gone takes over. */
const nodeTimeoutMs = 1_500

/** Starts a cluster of three masters. @param replicasEach - Replicas of each master. */
export async function startCluster(replicasEach = 0): Promise<TestCluster> {
  const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', `${nodeTimeoutMs}`]
  const servers: TestServer[] = []
  for (let index = 0; index < 3 * (1 + replicasEach); index += 1) servers.push(await startServer(...options))
  const [masters, replicas] = [servers.slice(0, 3), servers.slice(3)]
  const nodes = new Map(servers.map((server) => [server, new Redis(server.url, { retryStrategy: () => 100 })]))
  for (const node of nodes.values()) node.on('error', () => {})
  const nodeOf = (server: TestServer): Redis => nodes.get(server) as Redis

  for (const [index, server] of servers.entries()) {
    await nodeOf(server).call('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`)
    const [first] = masters
    if (server !== first) await nodeOf(server).call('CLUSTER', 'MEET', '127.0.0.1', `${first?.port}`)
  }
  for (const [index, server] of masters.entries()) {
    const [from, to] = [index, index + 1].map((part) => Math.floor((slotCount * part) / masters.length))
    const slots = Array.from({ length: (to ?? 0) - (from ?? 0) }, (_, slot) => `${(from ?? 0) + slot}`)
    await nodeOf(server).call('CLUSTER', 'ADDSLOTS', ...slots)
  }
  const info = async (server: TestServer): Promise<string> => String(await nodeOf(server).call('CLUSTER', 'INFO'))
  const all = async (holds: (server: TestServer) => Promise<boolean>): Promise<void> => {
    for (const server of servers) while (!(await holds(server))) await pause(20)
  }
  await all(async (server) => (await info(server)).includes(`cluster_known_nodes:${servers.length}`))
  for (const [index, replica] of replicas.entries()) {
    const id = String(await nodeOf(masters[index % 3] as TestServer).call('CLUSTER', 'MYID'))
    await nodeOf(replica).call('CLUSTER', 'REPLICATE', id)
  }
  await all(async (server) => /cluster_state:ok[^]*cluster_size:3/.test(await info(server)))
  for (const replica of replicas) {
    while (!/master_link_status:up/.test(await nodeOf(replica).info('replication'))) await pause(20)
  }

  const masterOf = async (key: string): Promise<TestServer> => {
    for (;;) {
      for (const server of servers) {
        // A replica redirects, another master too.
        const isOwner = await nodeOf(server)
          .exists(key)
          .then(() => true)
          .catch(() => false)
        if (isOwner) return server
      }
      await pause(20)
    }
  }

  const clients: Cluster[] = []
  return {
    masters,
    replicas,
    client: () => {
      const client = new Cluster(masters.map(({ port }) => ({ host: '127.0.0.1', port })))
      client.on('error', () => {})
      clients.push(client)
      return client
    },
    masterOf,
    beginMove: async (key) => {
      const from = await masterOf(key)
      const to = masters.find((server) => server !== from) as TestServer
      const [source, target] = [nodeOf(from), nodeOf(to)]
      const slot = String(await source.call('CLUSTER', 'KEYSLOT', key))
      const [fromId, toId] = [
        String(await source.call('CLUSTER', 'MYID')),
        String(await target.call('CLUSTER', 'MYID')),
      ]
      await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId)
      await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId)
      return {
        moveKeys: async (count) => {
          const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, `${count}`)) as string[]
          if (keys.length === 0) return 0
          await source.call('MIGRATE', '127.0.0.1', `${to.port}`, '', '0', '5000', 'KEYS', ...keys)
          return keys.length
        },
        end: async () => {
          await target.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId)
          await source.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId)
        },
      }
    },
    stop: async () => {
      for (const client of [...clients, ...nodes.values()]) client.disconnect()
      await Promise.all(servers.map((server) => server.stop()))
    },
  }
}
