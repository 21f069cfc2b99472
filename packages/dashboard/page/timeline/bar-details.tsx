import type { VNode } from 'preact'

import { timeShown, tracks, useScene } from '../state/page-state.ts'
import { counted, duration, moment } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { endOf, meanwhile } from './pick-bar.ts'
import { chosen, pointed } from './timeline-window.ts'
import { workerName } from '../state/tracks.ts'
import type { Bar } from '../state/tracks.ts'

/** The run that is pointed at or chosen, in words. */
export function BarDetails(): VNode {
  useScene()
  const picked = pointed.value ?? chosen.value
  const now = timeShown()
  if (!picked || picked.bar.startedAt > now) {
    return <p class="bar-details hint">Point at a run to see what it is. Shift with an arrow goes from run to run.</p>
  }
  const { bar } = picked
  const end = endOf(bar, now)
  const { read, write, reuse } = meanwhile(tracks.tracks.get(`agent:${bar.agent}`), bar.startedAt, end)
  return (
    <p class="bar-details" role="status">
      <span>
        <strong>
          <Text of={bar.activity} most={60} />
        </strong>{' '}
        of <Text of={bar.agent} most={40} />
        {bar.worker !== undefined && (
          <>
            {' '}
            on <Text of={workerName(bar.worker)} most={30} />
          </>
        )}
      </span>
      <span>
        {stateOf(bar, now)}
        {bar.retries > 0 && `, ${counted(bar.retries + 1, 'try', 'tries')}`}
      </span>
      <span>
        {moment(bar.startedAt, now)}, {duration(end - bar.startedAt)}
      </span>
      <span>
        meanwhile it read {read}, wrote {write}, reused {reuse}
      </span>
    </p>
  )
}

/** How a run stands. */
export function stateOf({ endedAt, outcome }: Bar, now: number): string {
  if (endedAt === undefined || endedAt > now) return 'still runs'
  return outcome === 'done' ? 'ended well' : 'failed'
}
