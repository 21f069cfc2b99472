import type { Memory } from '@skein/memory'
import type { AgentHostEntry } from '@skein/memory/runtime'

/** Lists the processes that host durable agents of a memory, by their ids. @throws StoreError */
export function listAgentHosts(memory: Memory): Promise<readonly AgentHostEntry[]> {
  return memory.as({ id: 'hosts', role: 'flock', rights: ['administer'] }).agents.hosts()
}
