import type { Flock } from '@skein/core'
import type { Memory, Principal, View } from '@skein/memory'
import type { Audience } from '@skein/memory/store'

import type { AgentChart } from '../protocol/protocol.ts'
import type { RecentVersions } from '../kept/recent-versions.ts'
import { agentChart } from './agent-chart.ts'
import type { MoveLog } from './move-log.ts'
import { SavedCharts } from './saved-charts.ts'

/** Where machines are read. */
export interface ChartSources {
  readonly memory: Memory
  readonly principal: Principal
  readonly view: View
  readonly recentVersions: RecentVersions
  readonly flock: Flock | undefined
  /** What the flock's machines did. */
  readonly moves: MoveLog | undefined
}

/** The machines of agents, as one viewer may see them: those of the flock live, durable ones of other processes as saved. */
export class ChartReader {
  readonly #flock: Flock | undefined
  readonly #moves: MoveLog | undefined
  readonly #audience: Audience
  readonly #saved: SavedCharts

  constructor({ memory, principal, view, recentVersions, flock, moves }: ChartSources) {
    const { level = 'public', compartments = [] } = principal.clearance ?? {}
    this.#flock = flock
    this.#moves = moves
    this.#audience = { level, compartments }
    this.#saved = new SavedCharts(memory, view, recentVersions)
  }

  /** The machine of an agent. @throws StoreError */
  async of(agent: string): Promise<AgentChart> {
    const own = this.#flock && this.#moves && agentChart(agent, this.#flock, this.#moves, this.#audience)
    return own && own.kind !== 'unknown' ? own : this.#saved.of(agent)
  }
}
