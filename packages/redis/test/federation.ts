import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Memory, MemoryOptions, View } from '@skein/memory'
import { redisBus } from '@skein/redis'
import type { RedisBusOptions } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'
import { onTestFinished } from 'vitest'

import { temporaryFolder } from './places.ts'
import { startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'

/** Options of what other nodes get. */
export const important = { importance: 0.9 }

/** A federated memory, and a view of it. */
export interface Node extends View {
  readonly memory: Memory
}

/** Nodes with stores of their own, each in a file, on one server. */
export async function openFederation(...options: readonly string[]): Promise<{
  readonly server: TestServer
  /** Opens a node, or opens it again. */
  node(name: string, options?: Partial<MemoryOptions> & { bus?: RedisBusOptions; file?: string }): Promise<Node>
  fileOf(name: string): string
}> {
  const server = await startServer(...options)
  onTestFinished(() => server.stop())
  const folder = temporaryFolder()
  const fileOf = (name: string): string => join(folder, `${name}.db`)
  return {
    server,
    fileOf,
    node: async (name, { bus, ...rest } = {}) => {
      const memory = await openMemory({
        store: sqliteStore({ path: fileOf(name), durability: 'relaxed' }),
        architecture: 'federated',
        federation: { node: name, bus: redisBus({ url: server.url, commandTimeoutMs: 1_000, ...bus }) },
        ...rest,
      })
      onTestFinished(() => memory.close())
      const clearance = { level: 'confidential' } as const
      return Object.assign(memory.as({ id: `${name}-agent`, role: 'r', clearance }), { memory })
    },
  }
}

/** Resolves when each node knows what the others know. */
export async function settle(...nodes: readonly Node[]): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) for (const { memory } of nodes) await memory.exchange()
}
