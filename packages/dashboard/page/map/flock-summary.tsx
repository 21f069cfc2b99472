import type { VNode } from 'preact'

import { heatAt } from '../state/heat.ts'
import { timeShown, useScene } from '../state/page-state.ts'
import { isAlive } from '../state/scene.ts'
import { amount, counted } from '../ui/amounts.ts'

/** The numbers at a glance: busy agents, records, reads and reuses. */
export function FlockSummary(): VNode {
  const scene = useScene()
  const now = timeShown()
  const agents = [...scene.agents.values()].filter(({ state }) => state !== 'ended')
  const busy = agents.filter(({ running, heat }) => running > 0 || heatAt(heat, now) > 0.4).length
  let alive = 0
  for (const record of scene.records.values()) if (isAlive(record, now)) alive += 1
  const { reads, reused } = scene.totals
  return (
    <dl class="flock-summary">
      <div>
        <dt>{busy > 0 ? 'working' : agents.length > 0 ? 'all idle' : 'no agents yet'}</dt>
        <dd>
          {busy}
          <small> of {counted(agents.length, 'agent')}</small>
        </dd>
      </div>
      <div>
        <dt>records in memory</dt>
        <dd>{amount(alive)}</dd>
      </div>
      <div>
        <dt>reads</dt>
        <dd>{amount(reads)}</dd>
      </div>
      <div>
        <dt>results reused</dt>
        <dd class="accent">{amount(reused)}</dd>
      </div>
    </dl>
  )
}
