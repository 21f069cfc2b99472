import type { FoldedTime } from './folded-time.ts'
import { rowHeight } from './paint-timeline.ts'
import { panTimeline, range, scrolled, seen, windowAt, zoomTimeline } from './timeline-window.ts'

/** What the last picture was made with: pointers are read against it. */
export interface TimelineStage {
  folded: FoldedTime
  /** The folded length up to the moment that is shown. */
  total: number
  rows: number
  gutter: number
}

/** Drag marks a range, wheel scrolls rows, with Ctrl or sideways it zooms or pans; arrows, `+`, `-`, `0`, Escape. */
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
    const most = Math.max(0, (stage.rows + 2) * rowHeight - canvas.clientHeight)
    scrolled.value = Math.min(most, Math.max(0, scrolled.value + by))
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
    ({ offsetX }) => {
      if (anchor === undefined) return
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
  canvas.addEventListener('pointerup', release, { signal })
  canvas.addEventListener('pointercancel', release, { signal })
  canvas.addEventListener(
    'keydown',
    (event) => {
      const { from, to } = windowAt(stage.total)
      const keys: Readonly<Record<string, () => void>> = {
        ArrowLeft: () => panTimeline((from - to) / 8, stage.total),
        ArrowRight: () => panTimeline((to - from) / 8, stage.total),
        ArrowUp: () => scroll(-rowHeight),
        ArrowDown: () => scroll(rowHeight),
        '+': () => zoomTimeline(0.7, (from + to) / 2, stage.total),
        '-': () => zoomTimeline(1.4, (from + to) / 2, stage.total),
        '0': () => (seen.value = { end: undefined, length: Infinity }),
        Escape: () => (range.value = undefined),
      }
      const act = keys[event.key]
      if (!act) return
      event.preventDefault()
      act()
      redraw()
    },
    { signal },
  )
  return () => end.abort()
}
