import type { VNode } from 'preact'

import { agentsOf, statusOfAgent } from '../state/agent-status.ts'
import { timeShown, useScene } from '../state/page-state.ts'
import { isAlive, maxRecords } from '../state/scene.ts'
import { amount, counted } from '../ui/amounts.ts'

/** The numbers at a glance: busy agents, records, reads and reuses. */
export function FlockSummary(): VNode {
  const scene = useScene()
  const now = timeShown()
  const agents = agentsOf(scene)
  const statuses = agents.map((agent) => statusOfAgent(agent, scene, now))
  const busy = statuses.filter((status) => status === 'working').length
  const left = statuses.filter((status) => status !== 'ended').length
  let alive = 0
  for (const record of scene.records.values()) if (isAlive(record, now)) alive += 1
  const { shared, reused } = scene.totals
  return (
    <dl class="flock-summary">
      <div>
        <dt>{busy > 0 ? 'working' : left > 0 ? 'all idle' : agents.length > 0 ? 'all ended' : 'no agents yet'}</dt>
        <dd>
          {busy}
          <small>
            {' '}
            of {counted(left > 0 ? left : agents.length, 'agent')}
            {left > 0 && left < agents.length && `, ${amount(agents.length - left)} ended`}
            {agents.length > 0 && !agents.some(({ isReported }) => isReported) && ' that left traces'}
          </small>
        </dd>
      </div>
      <div>
        <dt>records in memory</dt>
        <dd>
          {amount(alive)}
          {scene.records.size === maxRecords && '+'}
        </dd>
      </div>
      <div>
        <dt>reads of others’ work</dt>
        <dd>{amount(shared)}</dd>
      </div>
      <div>
        <dt>results reused</dt>
        <dd class="accent">{amount(reused)}</dd>
      </div>
    </dl>
  )
}
