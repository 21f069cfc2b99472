import type { FoldedTime } from './folded-time.ts'
import { axisHeight, heightOf, laneAt } from './lanes.ts'
import type { Lane } from './lanes.ts'
import { barAt, endOf, nextBar } from './pick-bar.ts'
import type { PickedBar, Way } from './pick-bar.ts'
import {
  chosen,
  panTimeline,
  pointed,
  range,
  scrolled,
  seen,
  showFolded,
  windowAt,
  zoomTimeline,
} from './timeline-window.ts'

/** What an arrow key scrolls by, in pixels. */
const scrollStep = 26
/** A pointer covers so much around it, in pixels. */
const pointerSlack = 3

/** What the last picture was made with: pointers are read against it. */
export interface TimelineStage {
  folded: FoldedTime
  /** The folded length up to the moment that is shown. */
  total: number
  lanes: readonly Lane[]
  /** The moment that is shown. */
  now: number
  gutter: number
}

/**
 * Drag marks a range, a click chooses a run, the wheel scrolls rows, with Ctrl or sideways it zooms or pans; arrows move
 * what is seen, with Shift the choice; `+`, `-`, `0`, Escape.
 */
export function handleTimeline(canvas: HTMLCanvasElement, stage: TimelineStage, redraw: () => void): () => void {
  const end = new AbortController()
  const { signal } = end
  canvas.tabIndex = 0
  let anchor: number | undefined
  const foldedAt = (x: number): number => {
    const { from, to } = windowAt(stage.total)
    return from + ((x - stage.gutter) / (canvas.clientWidth - stage.gutter)) * (to - from)
  }
  const scroll = (by: number): void => {
    const most = Math.max(0, heightOf(stage.lanes) + 2 * axisHeight - canvas.clientHeight)
    scrolled.value = Math.min(most, Math.max(0, scrolled.value + by))
  }
  const runAt = (x: number, y: number): PickedBar | undefined => {
    const below = y - axisHeight + scrolled.peek()
    const lane = x < stage.gutter || y < axisHeight ? undefined : laneAt(stage.lanes, below)
    if (!lane) return undefined
    const at = (shift: number): number => stage.folded.toTime(foldedAt(x + shift))
    const slackMs = (at(pointerSlack) - at(-pointerSlack)) / 2
    return barAt(lane, below - lane.top, at(0), { now: stage.now, slackMs })
  }
  const choose = (way: Way): void => {
    const next = nextBar(stage.lanes, chosen.peek(), way, stage.now)
    chosen.value = next
    const lane = stage.lanes.find(({ track }) => track === next?.track)
    if (!next || !lane) return
    const { startedAt } = next.bar
    const endedAt = endOf(next.bar, stage.now)
    showFolded(stage.folded.toFolded(startedAt), stage.folded.toFolded(endedAt), stage.total)
    const room = canvas.clientHeight - axisHeight
    if (lane.top < scrolled.peek()) scroll(lane.top - scrolled.peek())
    else if (lane.top + lane.height > scrolled.peek() + room) scroll(lane.top + lane.height - room - scrolled.peek())
  }
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      const { from, to } = windowAt(stage.total)
      if (event.ctrlKey) zoomTimeline(Math.exp(event.deltaY * 0.003), foldedAt(event.offsetX), stage.total)
      else if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
        panTimeline(((to - from) * event.deltaX) / 800, stage.total)
      else scroll(event.deltaY)
      redraw()
    },
    { signal, passive: false },
  )
  canvas.addEventListener(
    'pointerdown',
    ({ offsetX, pointerId }) => {
      canvas.setPointerCapture(pointerId)
      anchor = stage.folded.toTime(foldedAt(offsetX))
      range.value = undefined
    },
    { signal },
  )
  canvas.addEventListener(
    'pointermove',
    ({ offsetX, offsetY }) => {
      if (anchor === undefined) {
        const run = runAt(offsetX, offsetY)
        if (run?.bar !== pointed.peek()?.bar) pointed.value = run
        return
      }
      const at = stage.folded.toTime(foldedAt(offsetX))
      range.value = { from: Math.min(anchor, at), to: Math.max(anchor, at) }
      redraw()
    },
    { signal },
  )
  const release = (): void => {
    anchor = undefined
    if (range.value && range.value.to - range.value.from < 1) range.value = undefined
    redraw()
  }
  canvas.addEventListener(
    'pointerup',
    ({ offsetX, offsetY }) => {
      release()
      if (!range.peek()) chosen.value = runAt(offsetX, offsetY)
    },
    { signal },
  )
  canvas.addEventListener('pointerleave', () => (pointed.value = undefined), { signal })
  canvas.addEventListener('pointercancel', release, { signal })
  canvas.addEventListener(
    'keydown',
    (event) => {
      const { from, to } = windowAt(stage.total)
      const moves: Readonly<Record<string, () => void>> = {
        ArrowLeft: () => choose('before'),
        ArrowRight: () => choose('after'),
        ArrowUp: () => choose('above'),
        ArrowDown: () => choose('below'),
      }
      const keys: Readonly<Record<string, () => void>> = {
        ArrowLeft: () => panTimeline((from - to) / 8, stage.total),
        ArrowRight: () => panTimeline((to - from) / 8, stage.total),
        ArrowUp: () => scroll(-scrollStep),
        ArrowDown: () => scroll(scrollStep),
        '+': () => zoomTimeline(0.7, (from + to) / 2, stage.total),
        '-': () => zoomTimeline(1.4, (from + to) / 2, stage.total),
        '0': () => (seen.value = { end: undefined, length: Infinity }),
        Escape: () => (range.value = chosen.value = undefined),
      }
      const act = (event.shiftKey ? moves[event.key] : undefined) ?? keys[event.key]
      if (!act) return
      event.preventDefault()
      act()
      redraw()
    },
    { signal },
  )
  return () => end.abort()
}
