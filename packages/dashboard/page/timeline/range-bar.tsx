import type { VNode } from 'preact'

import { history, showMoment, timeShown, tracks } from '../state/page-state.ts'
import { counted, duration, moment } from '../ui/amounts.ts'
import { FoldedTime } from './folded-time.ts'
import { range, seen } from './timeline-window.ts'
import { summarize, visibleTracks } from './visible-tracks.ts'

/** What lies in the stretch that was marked, and what can be done with it. */
export function RangeBar(): VNode {
  const marked = range.value
  if (!marked) return <p class="hint">Drag over the rows to mark a stretch of time. Ctrl and the wheel zoom.</p>
  const now = timeShown()
  const sum = summarize(visibleTracks(tracks, now), marked.from, marked.to)
  const zoom = (): void => {
    const folded = new FoldedTime(tracks.spans)
    const end = folded.toFolded(marked.to)
    seen.value = { end, length: Math.max(50, end - folded.toFolded(marked.from)) }
  }
  return (
    <div class="range-bar" role="status">
      <strong>
        {moment(marked.from, now)}, {duration(marked.to - marked.from)}
      </strong>
      <span>
        {counted(sum.agents, 'agent')}, {counted(sum.runs, 'run')}
        {sum.failed > 0 && ` (${sum.failed} failed)`}, {duration(sum.workMs)} of work, {counted(sum.reads, 'read')},{' '}
        {counted(sum.writes, 'write')}, {counted(sum.reuses, 'reuse')}
      </span>
      <button type="button" onClick={zoom}>
        Zoom in
      </button>
      <button type="button" onClick={() => showMoment(history.momentOf(marked.from), marked.from)}>
        Replay from here
      </button>
      <button type="button" class="quiet" onClick={() => (range.value = undefined)}>
        Clear
      </button>
    </div>
  )
}
