import { markedRange } from '../state/marked-range.ts'
import type { FoldedTime } from './folded-time.ts'
import { axisHeight, heightOf, laneAt } from './lanes.ts'
import type { Lane } from './lanes.ts'
import { barAt, endOf, nextBar } from './pick-bar.ts'
import type { Direction, PickedBar } from './pick-bar.ts'
import {
  hoveredBar,
  panTimeline,
  revealFolded,
  scrollTop,
  selectedBar,
  visibleWindow,
  windowAt,
  zoomTimeline,
} from './timeline-window.ts'

/** How far an arrow key scrolls, in pixels. */
const scrollStep = 26
/** Tolerance around the pointer, in pixels. */
const pointerSlack = 3

/** The layout of the last frame, in which pointer positions are interpreted. */
export interface TimelineLayout {
  folded: FoldedTime
  /** The folded length up to the moment that is shown. */
  total: number
  lanes: readonly Lane[]
  /** The moment that is shown. */
  now: number
  gutter: number
}

/**
 * Handles pointer and keys: dragging marks a period, a click selects a run; the wheel scrolls, with Ctrl it zooms,
 * sideways it pans; arrows scroll and pan, with Shift they move the selection; `+`, `-`, `0`, Escape. Returns a function
 * that stops it.
 */
export function handleTimeline(canvas: HTMLCanvasElement, layout: TimelineLayout, redraw: () => void): () => void {
  const end = new AbortController()
  const { signal } = end
  canvas.tabIndex = 0
  let anchor: number | undefined
  const foldedAt = (x: number): number => {
    const { from, to } = windowAt(layout.total)
    return from + ((x - layout.gutter) / (canvas.clientWidth - layout.gutter)) * (to - from)
  }
  const scroll = (by: number): void => {
    const max = Math.max(0, heightOf(layout.lanes) + 2 * axisHeight - canvas.clientHeight)
    scrollTop.value = Math.min(max, Math.max(0, scrollTop.value + by))
  }
  const runAt = (x: number, y: number): PickedBar | undefined => {
    const below = y - axisHeight + scrollTop.peek()
    const lane = x < layout.gutter || y < axisHeight ? undefined : laneAt(layout.lanes, below)
    if (!lane) return undefined
    const at = (shift: number): number => layout.folded.toTime(foldedAt(x + shift))
    const slackMs = (at(pointerSlack) - at(-pointerSlack)) / 2
    return barAt(lane, below - lane.top, at(0), { now: layout.now, slackMs })
  }
  const select = (direction: Direction): void => {
    const next = nextBar(layout.lanes, selectedBar.peek(), direction, layout.now)
    selectedBar.value = next
    const lane = layout.lanes.find(({ track }) => track === next?.track)
    if (!next || !lane) return
    const { startedAt } = next.bar
    const endedAt = endOf(next.bar, layout.now)
    revealFolded(layout.folded.toFolded(startedAt), layout.folded.toFolded(endedAt), layout.total)
    const room = canvas.clientHeight - axisHeight
    if (lane.top < scrollTop.peek()) scroll(lane.top - scrollTop.peek())
    else if (lane.top + lane.height > scrollTop.peek() + room) scroll(lane.top + lane.height - room - scrollTop.peek())
  }
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      const { from, to } = windowAt(layout.total)
      if (event.ctrlKey) zoomTimeline(Math.exp(event.deltaY * 0.003), foldedAt(event.offsetX), layout.total)
      else if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
        panTimeline(((to - from) * event.deltaX) / 800, layout.total)
      else scroll(event.deltaY)
      redraw()
    },
    { signal, passive: false },
  )
  canvas.addEventListener(
    'pointerdown',
    ({ offsetX, pointerId }) => {
      canvas.setPointerCapture(pointerId)
      anchor = layout.folded.toTime(foldedAt(offsetX))
      markedRange.value = undefined
    },
    { signal },
  )
  canvas.addEventListener(
    'pointermove',
    ({ offsetX, offsetY }) => {
      if (anchor === undefined) {
        const run = runAt(offsetX, offsetY)
        if (run?.bar !== hoveredBar.peek()?.bar) hoveredBar.value = run
        return
      }
      const at = layout.folded.toTime(foldedAt(offsetX))
      markedRange.value = { from: Math.min(anchor, at), to: Math.max(anchor, at) }
      redraw()
    },
    { signal },
  )
  const release = (): void => {
    anchor = undefined
    if (markedRange.value && markedRange.value.to - markedRange.value.from < 1) markedRange.value = undefined
    redraw()
  }
  canvas.addEventListener(
    'pointerup',
    ({ offsetX, offsetY }) => {
      release()
      if (!markedRange.peek()) selectedBar.value = runAt(offsetX, offsetY)
    },
    { signal },
  )
  canvas.addEventListener('pointerleave', () => (hoveredBar.value = undefined), { signal })
  canvas.addEventListener('pointercancel', release, { signal })
  canvas.addEventListener(
    'keydown',
    (event) => {
      const { from, to } = windowAt(layout.total)
      const moves: Readonly<Record<string, () => void>> = {
        ArrowLeft: () => select('before'),
        ArrowRight: () => select('after'),
        ArrowUp: () => select('above'),
        ArrowDown: () => select('below'),
      }
      const keys: Readonly<Record<string, () => void>> = {
        ArrowLeft: () => panTimeline((from - to) / 8, layout.total),
        ArrowRight: () => panTimeline((to - from) / 8, layout.total),
        ArrowUp: () => scroll(-scrollStep),
        ArrowDown: () => scroll(scrollStep),
        '+': () => zoomTimeline(0.7, (from + to) / 2, layout.total),
        '-': () => zoomTimeline(1.4, (from + to) / 2, layout.total),
        '0': () => (visibleWindow.value = { end: undefined, length: Infinity }),
        Escape: () => (markedRange.value = selectedBar.value = undefined),
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
