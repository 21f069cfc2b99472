import type { Flock } from '@skein/core'
import { covers } from '@skein/memory/store'
import type { Audience, Label } from '@skein/memory/store'

import type { AgentChart, ChartChild, ChartMove } from '../protocol/protocol.ts'
import { clearanceOf, pathKey } from './move-log.ts'
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
    const { chart, states, children } = ref
    if (!chart) return nothing(agent, 'light')
    const moves = kept?.moves ?? []
    const within = shownChildren(children, (ids) => kept?.within.get(pathKey(ids)) ?? [])
    return { agent, kind: 'machine', isSaved: false, chart, states, moves, ...within }
  }
  if (!kept) return nothing(agent, 'unknown')
  if (isHidden(kept.clearance)) return nothing(agent, 'hidden')
  const { chart, moves } = kept
  return { ...nothing(agent, 'machine'), chart, states: moves.at(-1)?.states ?? [], moves }
}

/** What is told of an agent of whose machine nothing more is known. */
export function nothing(agent: string, kind: AgentChart['kind']): AgentChart {
  return { agent, kind, isSaved: false, states: [], moves: [], children: [], childCount: 0 }
}

/** Machines that are shown within another one. */
const mostChildren = 50

/** A machine within another one, with all that it runs itself. */
interface Child extends Pick<ChartChild, 'id' | 'name' | 'chart' | 'states'> {
  readonly children: readonly Child[]
}

/** What a machine within did, by the ids that lead to it. */
type MovesWithin = (ids: readonly string[]) => readonly ChartMove[]

/** The machines within another one. */
export function shownChildren(
  all: readonly Child[],
  movesOf?: MovesWithin,
): Pick<AgentChart, 'children' | 'childCount'> {
  return { children: all.slice(0, mostChildren).map((child) => shownChild(child, movesOf)), childCount: all.length }
}

function shownChild({ id, name, chart, states, children }: Child, movesOf: MovesWithin | undefined): ChartChild {
  const moves = movesOf?.([id])
  const within = shownChildren(children, movesOf && ((ids) => movesOf([id, ...ids])))
  return { id, name, ...(chart && { chart }), states, ...(moves && { moves }), ...within }
}
