import { descriptionId, savedPositionOf } from '@skein/core/executor'
import type { ChartState } from '@skein/core/types'
import type { Memory, View } from '@skein/memory'
import { savedAgentOf } from '@skein/memory/runtime'

import type { AgentChart, ChartMove } from '../protocol/protocol.ts'
import type { RecentVersions } from '../kept/recent-versions.ts'
import { nothing, shownChildren } from './agent-chart.ts'

/** Saves that are looked through for moves, back from the last. */
const mostSaves = 100

/**
 * The machines of durable agents, by what any process saved of them. An agent above the viewer's clearance is unknown, as
 * its record is.
 */
export class SavedCharts {
  readonly #memory: Memory
  readonly #view: View
  readonly #recent: Pick<RecentVersions, 'get'>
  /** By definition and version. */
  readonly #charts = new Map<string, ChartState>()

  /** @param recent - Values of records as they were written, for moves before the last. */
  constructor(memory: Memory, view: View, recent: Pick<RecentVersions, 'get'>) {
    this.#memory = memory
    this.#view = view
    this.#recent = recent
  }

  /** @throws StoreError */
  async of(agent: string): Promise<AgentChart> {
    const record = await this.#view.records.get('agents', agent)
    if (!record) return nothing(agent, 'unknown')
    const position = savedPositionOf(record.value)
    if (!position) return nothing(agent, 'light')
    const chart = await this.#chartOf(descriptionId(savedAgentOf(record).definition, position.version))
    const { states, move, children } = position
    const moves = [...this.#earlier(agent, record.version), ...(move ? [{ ...move, count: 1 }] : [])]
    const shown = { states, moves: withoutRepeats(moves), ...shownChildren(children) }
    return { agent, kind: 'machine', isSaved: true, ...(chart && { chart }), ...shown }
  }

  /** The moves with which earlier versions of its record were saved, as far as they are kept. */
  #earlier(agent: string, version: number): readonly ChartMove[] {
    const moves: ChartMove[] = []
    for (let at = Math.max(1, version - mostSaves); at < version; at += 1) {
      const text = this.#recent.get('agents', agent, at)
      const move = text === undefined ? undefined : savedPositionOf(JSON.parse(text))?.move
      if (move) moves.push({ ...move, count: 1 })
    }
    return moves
  }

  async #chartOf(id: string): Promise<ChartState | undefined> {
    const known = this.#charts.get(id)
    if (known) return known
    // What a definition looks like is no secret of any agent.
    const { agents } = this.#memory.as({ id: 'dashboard', role: 'dashboard', rights: ['administer'] })
    const chart = (await agents.description(id)) as ChartState | undefined
    if (chart) this.#charts.set(id, chart)
    return chart
  }
}

/** A save without an event holds the move of the one before. */
function withoutRepeats(moves: readonly ChartMove[]): readonly ChartMove[] {
  return moves.filter((move, index) => {
    const before = moves[index - 1]
    return before?.at !== move.at || JSON.stringify(before) !== JSON.stringify(move)
  })
}
