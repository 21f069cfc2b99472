import type { AgentRef, Flock } from '@skein/core'
import type { ChartState, FlockEventOf } from '@skein/core/types'
import type { Clearance } from '@skein/memory'
import type { Label } from '@skein/memory/store'
import type { Unsubscribe } from '@skein/memory/runtime'

import type { ChartMove } from '../protocol/protocol.ts'

/** Moves that are kept of each agent, and agents of which any are kept. */
const mostMoves = 100
const mostAgents = 2_000
/** The same of the machines within an agent's. */
const mostMovesWithin = 10
const mostWithin = 50

/** What is kept of an agent's machine. */
export interface KeptMachine {
  readonly chart: ChartState
  readonly clearance: Label
  readonly moves: readonly ChartMove[]
  /** Of the machines within, by {@link pathKey}. */
  readonly within: ReadonlyMap<string, readonly ChartMove[]>
}

interface Kept extends KeptMachine {
  readonly moves: ChartMove[]
  readonly within: Map<string, ChartMove[]>
}

/** Keeps what the machines of a flock did last. Agents that have not moved for longest go first. */
export class MoveLog {
  readonly #flock: Pick<Flock, 'agent' | 'on'>
  readonly #machines = new Map<string, Kept>()
  readonly #stop: Unsubscribe

  constructor(flock: Pick<Flock, 'agent' | 'on'>) {
    this.#flock = flock
    this.#stop = flock.on('agent.moved', (moved) => this.#add(moved, Date.now()))
  }

  /** What is kept of an agent, also of one that has ended. */
  get(agent: string): KeptMachine | undefined {
    return this.#machines.get(agent)
  }

  /** Listens no more. */
  close(): void {
    this.#stop()
  }

  #add({ agent, within, states, transitions }: FlockEventOf<'agent.moved'>, at: number): void {
    const known = this.#machines.get(agent) ?? this.#begin(agent)
    if (!known) return
    this.#machines.delete(agent)
    this.#machines.set(agent, known)
    const move = { at, count: 1, states, transitions }
    if (within) addWithin(known.within, pathKey(within), move)
    else addMove(known.moves, move, mostMoves)
    if (this.#machines.size > mostAgents) this.#machines.delete([...this.#machines.keys()][0] as string)
  }

  #begin(agent: string): Kept | undefined {
    const ref = this.#flock.agent(agent)
    const chart = ref?.chart
    return ref && chart && { chart, clearance: clearanceOf(ref), moves: [], within: new Map() }
  }
}

/** Names a machine within by the ids that lead to it. */
export function pathKey(ids: readonly string[]): string {
  return JSON.stringify(ids)
}

function addMove(moves: ChartMove[], move: ChartMove, most: number): void {
  const last = moves.at(-1)
  if (last && isSame(last, move)) moves.splice(-1, 1, { ...move, count: last.count + 1 })
  else moves.push(move)
  if (moves.length > 2 * most) moves.splice(0, moves.length - most)
}

/** The machine that has not moved for longest goes first. */
function addWithin(machines: Map<string, ChartMove[]>, key: string, move: ChartMove): void {
  const moves = machines.get(key) ?? []
  addMove(moves, move, mostMovesWithin)
  machines.delete(key)
  machines.set(key, moves)
  if (machines.size > mostWithin) machines.delete([...machines.keys()][0] as string)
}

/** The clearance of a running agent, as a label. */
export function clearanceOf({ memory }: Pick<AgentRef, 'memory'>): Label {
  const { level, compartments = [] }: Clearance = memory.principal.clearance ?? { level: 'public' }
  return { sensitivity: level, compartments }
}

function isSame(one: ChartMove, other: ChartMove): boolean {
  return (
    one.transitions.length === other.transitions.length &&
    one.states.join() === other.states.join() &&
    one.transitions.every(({ source, event, guard, targets }, index) => {
      const also = other.transitions[index]
      return (
        source === also?.source &&
        event === also.event &&
        guard === also.guard &&
        targets.join() === also.targets.join()
      )
    })
  )
}
