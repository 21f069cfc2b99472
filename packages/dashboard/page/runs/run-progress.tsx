import type { VNode } from 'preact'

import type { RunRow } from '../../src/protocol/protocol.ts'
import { agentsOf, statusOfAgent } from '../state/agent-status.ts'
import { timeShown, tracks, useScene } from '../state/page-state.ts'
import { counted } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { Unlisted } from '../ui/unlisted.tsx'

/** Agents that are listed. */
const maxListed = 12

/** What a run does while it works: how many activities have ended, and what each agent works on. */
export function RunProgress({ run }: { readonly run: RunRow }): VNode {
  const scene = useScene()
  const now = timeShown()
  const counts = new Map<string, { done: number; running: number }>()
  for (const { kind, bars } of tracks.tracks.values()) {
    if (kind !== 'agent') continue
    for (const { activity, startedAt, endedAt } of bars) {
      if (startedAt < run.startedAt) continue
      const count = counts.get(activity) ?? { done: 0, running: 0 }
      if (endedAt === undefined) count.running += 1
      else count.done += 1
      counts.set(activity, count)
    }
  }
  const busy = agentsOf(scene).filter((agent) => statusOfAgent(agent, scene, now) === 'working')
  return (
    <section class="progress">
      <h3>Progress</h3>
      <ul class="plain stages">
        {[...counts].map(([activity, { done, running }]) => (
          <li key={activity}>
            <Text of={activity} maxLength={40} />
            <progress
              max={done + running}
              value={done}
              aria-label={`${activity.slice(0, 40)}: ${done} of ${done + running}`}
            />
            <span class="number">
              {done} done, {running} running
            </span>
          </li>
        ))}
      </ul>
      <h3>{counted(busy.length, 'agent')} at work</h3>
      <ul class="plain">
        {busy.slice(0, maxListed).map((agent) => (
          <li key={agent.id}>
            <strong>
              <Text of={agent.id} maxLength={40} />
            </strong>{' '}
            <span class="muted">
              <Text of={agent.activity ?? agent.task ?? 'reads and writes'} maxLength={100} />
            </span>
          </li>
        ))}
      </ul>
      <Unlisted all={busy.length} listed={maxListed} one="agent" />
    </section>
  )
}
