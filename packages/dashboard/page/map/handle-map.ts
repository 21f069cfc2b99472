import type { Signal } from '@preact/signals'

import type { Camera } from './camera.ts'
import type { FlockLayout } from './flock-layout.ts'
import type { Pick } from './map-picture.ts'

/** What pointer and keys change. */
export interface MapHandles {
  readonly layout: FlockLayout
  readonly camera: Camera
  readonly hovered: Signal<Pick | undefined>
  readonly selected: Signal<Pick | undefined>
  readonly redraw: () => void
}

/**
 * Handles pointer and keys: dragging or arrows pan, wheel, pinch or `+` and `-` zoom, `0` shows everything, a click
 * selects. Returns a function that stops it.
 */
export function handleMap(canvas: HTMLCanvasElement, handles: MapHandles): () => void {
  const { camera, hovered, selected, redraw } = handles
  const pointers = new Map<number, PointerEvent>()
  const end = new AbortController()
  const { signal } = end
  let moved = 0
  canvas.tabIndex = 0

  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      camera.zoomAt(Math.exp(-event.deltaY * 0.0016), event.offsetX, event.offsetY)
      redraw()
    },
    { signal, passive: false },
  )
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      canvas.setPointerCapture(event.pointerId)
      pointers.set(event.pointerId, event)
      moved = 0
    },
    { signal },
  )
  canvas.addEventListener(
    'pointermove',
    (event) => {
      const before = pointers.get(event.pointerId)
      if (!before) {
        hovered.value = pickAt(handles, event.offsetX, event.offsetY)
        canvas.style.cursor = hovered.value ? 'pointer' : 'grab'
        return redraw()
      }
      const other = [...pointers.values()].find(({ pointerId }) => pointerId !== event.pointerId)
      const [dx, dy] = [event.offsetX - before.offsetX, event.offsetY - before.offsetY]
      moved += Math.abs(dx) + Math.abs(dy)
      if (other) {
        const gap = (one: PointerEvent): number => Math.hypot(one.offsetX - other.offsetX, one.offsetY - other.offsetY)
        camera.zoomAt(gap(event) / (gap(before) || 1), other.offsetX, other.offsetY)
      } else if (moved > 4) camera.pan(dx, dy)
      pointers.set(event.pointerId, event)
      redraw()
    },
    { signal },
  )
  const release = (event: PointerEvent): void => {
    pointers.delete(event.pointerId)
    if (event.type === 'pointerup' && moved <= 4) selected.value = pickAt(handles, event.offsetX, event.offsetY)
    redraw()
  }
  canvas.addEventListener('pointerup', release, { signal })
  canvas.addEventListener('pointercancel', release, { signal })
  canvas.addEventListener('pointerleave', () => (hovered.value = undefined), { signal })
  canvas.addEventListener(
    'keydown',
    (event) => {
      const act = keys(handles)[event.key]
      if (!act) return
      event.preventDefault()
      act()
      redraw()
    },
    { signal },
  )
  return () => end.abort()
}

function keys({ camera, selected }: MapHandles): Readonly<Record<string, () => void>> {
  return {
    ArrowLeft: () => camera.pan(60, 0),
    ArrowRight: () => camera.pan(-60, 0),
    ArrowUp: () => camera.pan(0, 60),
    ArrowDown: () => camera.pan(0, -60),
    '+': () => camera.zoomAt(1.25),
    '=': () => camera.zoomAt(1.25),
    '-': () => camera.zoomAt(0.8),
    '0': () => (camera.isFollowing = true),
    Escape: () => (selected.value = undefined),
  }
}

/** The agent nearest to a point of the screen, or else the nearest record. */
function pickAt({ layout, camera }: MapHandles, screenX: number, screenY: number): Pick | undefined {
  const [x, y] = camera.toMap(screenX, screenY)
  const slack = 4 / camera.zoom
  let best: Pick | undefined
  let nearest = 10 + slack
  for (const node of layout.nodes.values()) {
    const distance = Math.hypot(node.x - x, node.y - y)
    if (distance < nearest) [best, nearest] = [{ kind: 'agent', id: node.id }, distance]
  }
  if (best) return best
  nearest = 5 + slack
  for (const [key, moon] of layout.moons) {
    const distance = Math.hypot(moon.x - x, moon.y - y)
    if (distance < nearest) [best, nearest] = [{ kind: 'record', id: key }, distance]
  }
  return best
}
