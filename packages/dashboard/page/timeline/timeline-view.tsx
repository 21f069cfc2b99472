import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'

import { Canvas } from '../ui/canvas.tsx'
import type { Draw } from '../ui/canvas.tsx'
import { sceneShown, timeShown, tracks, useScene } from '../state/page-state.ts'
import { Segments } from '../ui/segments.tsx'
import { palette } from '../ui/theme.ts'
import { BarDetails } from './bar-details.tsx'
import { FoldedTime } from './folded-time.ts'
import { handleTimeline } from './handle-timeline.ts'
import type { TimelineStage } from './handle-timeline.ts'
import { lanesOf } from './lanes.ts'
import { paintTimeline } from './paint-timeline.ts'
import { RangeBar } from './range-bar.tsx'
import { TimelineTable } from './timeline-table.tsx'
import { chosen, pointed, range, scrolled, seen, windowAt } from './timeline-window.ts'
import { visibleTracks } from './visible-tracks.ts'

const narrow = 640

/** Who did what when: rows of agents and threads, or a table of runs. */
export function TimelineView(): VNode {
  const shape = useSignal<'rows' | 'table'>('rows')
  useScene()
  const stage = useMemo<TimelineStage>(
    () => ({ folded: new FoldedTime([]), total: 0, lanes: [], now: 0, gutter: 160 }),
    [],
  )
  const draw: Draw = (surface) => {
    const now = timeShown()
    stage.folded = new FoldedTime(tracks.spans)
    stage.gutter = surface.width < narrow ? 104 : 168
    stage.lanes = lanesOf(visibleTracks(tracks, now))
    stage.now = now
    const isBusy = sceneShown().runs.size > 0
    // While nothing runs the end of what happened stays in sight, however long ago that was.
    stage.total = isBusy ? stage.folded.toFolded(now) : Math.min(stage.folded.toFolded(now), stage.folded.length)
    const window = windowAt(stage.total)
    paintTimeline(surface, {
      lanes: stage.lanes,
      picks: [chosen.value, pointed.value],
      folded: stage.folded,
      ...window,
      scrolled: scrolled.value,
      now,
      range: range.value,
      palette: palette.value,
      gutter: stage.gutter,
    })
    return isBusy
  }
  return (
    <section class="view" aria-label="Timeline">
      <header class="view-head">
        <RangeBar />
        <div class="tools">
          <button type="button" onClick={() => (seen.value = { end: undefined, length: Infinity })}>
            All of it
          </button>
          <button type="button" onClick={() => (seen.value = { end: undefined, length: 60_000 })}>
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
      {shape.value === 'rows' ? (
        <>
          <Canvas
            class="timeline-canvas"
            draw={draw}
            label="Timeline of agents and threads. The table tells the same."
            onReady={(canvas, redraw) => {
              const leave = handleTimeline(canvas, stage, redraw)
              const stops = [seen, range, scrolled, chosen, pointed].map((part) => part.subscribe(redraw))
              return () => {
                leave()
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
      <li>▬ run, from the start of the work</li>
      <li>┅ still running</li>
      <li>▒ failed: crossed</li>
      <li>▼ write</li>
      <li>▲ read</li>
      <li class="accent">◆ reuse</li>
      <li class="accent">○ asks a person</li>
      <li>⋯ idle, folded</li>
    </ul>
  )
}
