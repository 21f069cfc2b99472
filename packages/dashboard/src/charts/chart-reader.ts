import type { Flock } from '@skein/core'
import type { Principal } from '@skein/memory'
import type { Audience } from '@skein/memory/store'

import type { AgentChart } from '../protocol/protocol.ts'
import { agentChart, nothing } from './agent-chart.ts'
import type { MoveLog } from './move-log.ts'

/** The machines of a flock's agents, as one viewer may see them. */
export class ChartReader {
  readonly #flock: Flock | undefined
  readonly #log: MoveLog | undefined
  readonly #audience: Audience

  /** @param log - `undefined` where there is no flock. */
  constructor(flock: Flock | undefined, log: MoveLog | undefined, { clearance }: Principal) {
    const { level = 'public', compartments = [] } = clearance ?? {}
    this.#flock = flock
    this.#log = log
    this.#audience = { level, compartments }
  }

  /** The machine of an agent. */
  of(agent: string): AgentChart {
    if (!this.#flock || !this.#log) return nothing(agent, 'unknown')
    return agentChart(agent, this.#flock, this.#log, this.#audience)
  }
}
