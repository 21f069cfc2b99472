import type { AgentHostEntry } from '@skein/memory/runtime'

/** An agent that has to run somewhere. */
export interface Placed {
  readonly id: string
  /** The name of its definition. */
  readonly definition: string
}

/**
 * The host that an agent belongs to: of those that have its definition and room, and did not refuse it, those with the
 * newest version, and of these the one with the highest score. So every host finds the same one without asking, and
 * when a host comes or goes only the agents move that belong to it.
 *
 * @param present - Has this agent already, so it needs no room for it.
 * @returns `undefined` when none can run it.
 */
export function hostOf(
  agent: Placed,
  hosts: readonly AgentHostEntry[],
  present?: AgentHostEntry,
): AgentHostEntry | undefined {
  let best: AgentHostEntry | undefined
  let bestVersion = 0
  let bestScore = -1
  for (const host of hosts) {
    const version = host.definitions[agent.definition]?.version
    if (version === undefined || version < bestVersion || host.isDraining) continue
    if ((host !== present && host.running >= host.cap) || host.refused.includes(agent.id)) continue
    const score = scoreOf(host.id, agent.id)
    if (version === bestVersion && score <= bestScore) continue
    best = host
    bestVersion = version
    bestScore = score
  }
  return best
}

/** A hash of both, spread evenly over 32 bits: FNV-1a, and the last steps of MurmurHash3, which spread what ends alike. */
function scoreOf(host: string, agent: string): number {
  const text = `${host}\n${agent}`
  let hash = 0x81_1c_9d_c5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35)
  return (hash ^ (hash >>> 16)) >>> 0
}
