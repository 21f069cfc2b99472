import type { VNode } from 'preact'

import { heatAt } from '../state/heat.ts'
import { isAlive } from '../state/scene.ts'
import { timeShown, useScene } from '../state/page-state.ts'
import { amount, counted } from '../ui/amounts.ts'

/** At a glance: how many think, of what, and how much of it is one another's. */
export function Pulse(): VNode {
  const scene = useScene()
  const now = timeShown()
  const agents = [...scene.agents.values()].filter(({ state }) => state !== 'ended')
  const busy = agents.filter(({ running, heat }) => running > 0 || heatAt(heat, now) > 0.4).length
  let alive = 0
  for (const record of scene.records.values()) if (isAlive(record, now)) alive += 1
  const { reads, reused } = scene.totals
  return (
    <dl class="pulse">
      <div>
        <dt>{busy > 0 ? 'at work' : agents.length > 0 ? 'all at rest' : 'no agent yet'}</dt>
        <dd>
          {busy}
          <small> of {counted(agents.length, 'agent')}</small>
        </dd>
      </div>
      <div>
        <dt>in the shared memory</dt>
        <dd>{amount(alive)}</dd>
      </div>
      <div>
        <dt>reads of others’ work</dt>
        <dd>{amount(reads)}</dd>
      </div>
      <div>
        <dt>results reused</dt>
        <dd class="accent">{amount(reused)}</dd>
      </div>
    </dl>
  )
}
