import type { VNode } from 'preact'

import { markedRange } from '../state/marked-range.ts'
import { history, showAt, timeShown, tracks } from '../state/page-state.ts'
import { counted, duration, timestamp } from '../ui/amounts.ts'
import { hasTouch } from '../ui/theme.ts'
import { FoldedTime } from './folded-time.ts'
import { visibleWindow } from './timeline-window.ts'
import { summarize, visibleTracks } from './visible-tracks.ts'

/** Summarizes the marked period, with its actions. */
export function RangeBar(): VNode {
  const marked = markedRange.value
  if (!marked) {
    return (
      <p class="hint">
        Drag over the rows to mark a period. {hasTouch ? 'Then zoom in on it.' : 'Ctrl and the wheel zoom.'}
      </p>
    )
  }
  const now = timeShown()
  const sum = summarize(visibleTracks(tracks, now), marked.from, marked.to)
  const zoom = (): void => {
    const folded = new FoldedTime(tracks.spans)
    const end = folded.toFolded(marked.to)
    visibleWindow.value = { end, length: Math.max(50, end - folded.toFolded(marked.from)) }
  }
  return (
    <div class="range-bar" role="status">
      <strong>
        {timestamp(marked.from, now)}, {duration(marked.to - marked.from)}
      </strong>
      <span>
        {counted(sum.agents, 'agent')}, {counted(sum.runs, 'run')}
        {sum.failed > 0 && ` (${sum.failed} failed)`}, {duration(sum.workMs)} of work, {counted(sum.reads, 'read')},{' '}
        {counted(sum.writes, 'write')}, {counted(sum.reuses, 'reuse')}
        {sum.isPart && ', without what the rows no longer hold'}
      </span>
      <button type="button" onClick={zoom}>
        Zoom in
      </button>
      <button type="button" onClick={() => showAt(history.indexAt(marked.from), marked.from)}>
        Replay from here
      </button>
      <button type="button" class="quiet" onClick={() => (markedRange.value = undefined)}>
        Clear
      </button>
    </div>
  )
}
