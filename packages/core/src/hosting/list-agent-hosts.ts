import type { Memory } from '@skein/memory'
import type { AgentHostEntry } from '@skein/memory/runtime'

/** A definition of a host, with the counts of its agents. */
export interface HostedDefinition {
  readonly name: string
  /** Agents that have not ended. */
  readonly agents: number
  /** Those that run on a host; up to a second old. */
  readonly running: number
  /** Those that run on none: all hosts are full or refused them, or one is about to take them. */
  readonly waiting: number
}

/** The processes that host durable agents of a memory. */
export interface AgentHostsReport {
  /** By their ids. */
  readonly hosts: readonly AgentHostEntry[]
  /** By their names. */
  readonly definitions: readonly HostedDefinition[]
}

/**
 * Lists the processes that host durable agents of a memory, and the agents that wait for a host.
 *
 * @throws StoreError
 *
 * @example
 * ```ts
 * import { listAgentHosts } from '@skein/core'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * await listAgentHosts(memory) // => { hosts: [], definitions: [] }
 * await memory.close()
 * ```
 */
export async function listAgentHosts(memory: Memory): Promise<AgentHostsReport> {
  const { agents } = memory.as({ id: 'hosts', role: 'flock', rights: ['administer'] })
  const hosts = await agents.hosts()
  const names = [...new Set(hosts.flatMap(({ definitions }) => Object.keys(definitions)))].toSorted()
  const definitions = names.map(async (name): Promise<HostedDefinition> => {
    const active = (await agents.list({ status: 'active', definition: name })).length
    const running = hosts.reduce((sum, host) => sum + (host.definitions[name]?.running ?? 0), 0)
    return { name, agents: active, running, waiting: Math.max(0, active - running) }
  })
  return { hosts, definitions: await Promise.all(definitions) }
}
