import type { VNode } from 'preact'

import { OrderButton } from '../orders/order-button.tsx'
import { timeShown, tracks, useScene } from '../state/page-state.ts'
import { workerName } from '../state/tracks.ts'
import type { Bar } from '../state/tracks.ts'
import { counted, duration, timestamp } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { hasTouch } from '../ui/theme.ts'
import { countMarks, endOf } from './pick-bar.ts'
import { hoveredBar, selectedBar } from './timeline-window.ts'

/** Describes the hovered or selected run in words. */
export function BarDetails(): VNode {
  useScene()
  const picked = hoveredBar.value ?? selectedBar.value
  const now = timeShown()
  if (!picked || picked.bar.startedAt > now) {
    return (
      <p class="bar-details hint">
        {hasTouch
          ? 'Tap a run for details.'
          : 'Hover over a run for details. Shift and the arrow keys move between runs.'}
      </p>
    )
  }
  const { bar } = picked
  const end = endOf(bar, now)
  const { read, write, reuse } = countMarks(tracks.tracks.get(`agent:${bar.agent}`), bar.startedAt, end)
  return (
    <p class="bar-details" role="status">
      <span>
        <strong>
          <Text of={bar.title} maxLength={80} />
        </strong>{' '}
        of <Text of={bar.agent} maxLength={40} />
        {bar.worker !== undefined && (
          <>
            {' '}
            on <Text of={workerName(bar.worker)} maxLength={30} />
          </>
        )}
      </span>
      <span>
        {stateOf(bar, now)}
        {bar.order !== undefined && selectedBar.value?.bar === bar && (
          <>
            {' '}
            <OrderButton
              target={{
                agent: bar.agent,
                run: { id: bar.order, title: bar.title, isRunning: bar.endedAt === undefined },
              }}
              label="Orders"
            />
          </>
        )}
        {bar.retries > 0 && `, ${counted(bar.retries + 1, 'try', 'tries')}`}
      </span>
      <span>
        {timestamp(bar.startedAt, now)}, {duration(end - bar.startedAt)}
      </span>
      <span>
        meanwhile its agent read {read}, wrote {write}, reused {reuse}
      </span>
    </p>
  )
}

/** The state of a run at a time. */
export function stateOf({ endedAt, outcome }: Bar, now: number): string {
  if (endedAt === undefined || endedAt > now) return 'running'
  return outcome === 'done' ? 'done' : 'failed'
}
