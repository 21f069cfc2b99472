import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'

import { markedRange } from '../state/marked-range.ts'
import { paintRevision, sceneShown, timeShown, tracks, useScene } from '../state/page-state.ts'
import { Canvas } from '../ui/canvas.tsx'
import type { Draw } from '../ui/canvas.tsx'
import { Segments } from '../ui/segments.tsx'
import { palette } from '../ui/theme.ts'
import { BarDetails } from './bar-details.tsx'
import { FoldedTime } from './folded-time.ts'
import { handleTimeline } from './handle-timeline.ts'
import type { TimelineLayout } from './handle-timeline.ts'
import { lanesOf } from './lanes.ts'
import { LeftOut, leftOutWords } from './left-out.tsx'
import { paintTimeline } from './paint-timeline.ts'
import { RangeBar } from './range-bar.tsx'
import { TimelineTable } from './timeline-table.tsx'
import { hoveredBar, scrollTop, selectedBar, visibleWindow, windowAt } from './timeline-window.ts'
import { visibleTracks } from './visible-tracks.ts'

/** Below this width the names of rows get less room, in pixels. */
const narrowWidth = 640

/** Which agent ran what and when: rows of agents and threads, or a table of runs. */
export function TimelineView(): VNode {
  const shape = useSignal<'rows' | 'table'>('rows')
  useScene()
  const rows = visibleTracks(tracks, timeShown())
  const layout = useMemo<TimelineLayout>(
    () => ({ folded: new FoldedTime([]), total: 0, lanes: [], now: 0, gutter: 160 }),
    [],
  )
  const draw: Draw = (surface) => {
    const now = timeShown()
    layout.folded = new FoldedTime(tracks.spans)
    layout.gutter = surface.width < narrowWidth ? 104 : 168
    layout.lanes = lanesOf(visibleTracks(tracks, now))
    layout.now = now
    const isBusy = sceneShown().runs.size > 0
    // While nothing runs, the last events stay visible, however long ago they happened.
    layout.total = isBusy ? layout.folded.toFolded(now) : Math.min(layout.folded.toFolded(now), layout.folded.length)
    const window = windowAt(layout.total)
    paintTimeline(surface, {
      lanes: layout.lanes,
      picks: [selectedBar.value, hoveredBar.value],
      folded: layout.folded,
      ...window,
      scrolled: scrollTop.value,
      now,
      range: markedRange.value,
      palette: palette.value,
      gutter: layout.gutter,
    })
    return isBusy
  }
  return (
    <section class="view" aria-label="Timeline">
      <header class="view-head">
        <RangeBar />
        <div class="tools">
          <button type="button" onClick={() => (visibleWindow.value = { end: undefined, length: Infinity })}>
            All
          </button>
          <button type="button" onClick={() => (visibleWindow.value = { end: undefined, length: 60_000 })}>
            Last minute
          </button>
          <Segments
            label="Show as"
            value={shape}
            options={[
              ['rows', 'Rows'],
              ['table', 'Table'],
            ]}
          />
        </div>
      </header>
      <LeftOut of={rows} />
      {shape.value === 'rows' ? (
        <>
          <Canvas
            class="timeline-canvas"
            draw={draw}
            revision={paintRevision}
            label={`Timeline of agents and threads. The table shows the same data. ${leftOutWords(rows) ?? ''}`.trim()}
            onReady={(canvas, redraw) => {
              const stopHandling = handleTimeline(canvas, layout, redraw)
              const stops = [visibleWindow, markedRange, scrollTop, selectedBar, hoveredBar].map((part) =>
                part.subscribe(redraw),
              )
              return () => {
                stopHandling()
                for (const stop of stops) stop()
              }
            }}
          />
          <BarDetails />
          <TimelineLegend />
        </>
      ) : (
        <TimelineTable />
      )}
    </section>
  )
}

function TimelineLegend(): VNode {
  return (
    <ul class="legend" aria-label="Legend">
      <li>▬ run, in the color and pattern of its activity</li>
      <li>┅ still running</li>
      <li>▩ failed</li>
      <li>▼ write</li>
      <li>▲ read</li>
      <li class="accent">◆ reuse</li>
      <li class="accent">○ escalation</li>
      <li>⋯ idle time, folded</li>
    </ul>
  )
}
