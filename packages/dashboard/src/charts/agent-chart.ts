import type { Flock } from '@skein/core'
import { covers } from '@skein/memory/store'
import type { Audience, Label } from '@skein/memory/store'

import type { AgentChart } from '../protocol/protocol.ts'
import { clearanceOf } from './move-log.ts'
import type { MoveLog } from './move-log.ts'

/**
 * Describes the machine of an agent of the flock to a viewer. A state may tell what was read, as `approved` does: viewers
 * whose clearance does not cover the agent's see none.
 */
export function agentChart(
  agent: string,
  flock: Pick<Flock, 'agent'>,
  log: Pick<MoveLog, 'get'>,
  audience: Audience,
): AgentChart {
  const ref = flock.agent(agent)
  const kept = log.get(agent)
  const isHidden = (clearance: Label): boolean => !covers(audience, clearance)
  if (ref) {
    if (isHidden(clearanceOf(ref))) return nothing(agent, 'hidden')
    const { chart, states } = ref
    if (!chart) return nothing(agent, 'light')
    return { agent, kind: 'machine', isSaved: false, chart, states, moves: kept?.moves ?? [] }
  }
  if (!kept) return nothing(agent, 'unknown')
  if (isHidden(kept.clearance)) return nothing(agent, 'hidden')
  const { chart, moves } = kept
  return { agent, kind: 'machine', isSaved: false, chart, states: moves.at(-1)?.states ?? [], moves }
}

/** What is told of an agent whose machine can't be shown. */
export function nothing(agent: string, kind: Exclude<AgentChart['kind'], 'machine'>): AgentChart {
  return { agent, kind, isSaved: false, states: [], moves: [] }
}
