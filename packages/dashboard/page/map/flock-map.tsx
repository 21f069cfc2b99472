import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'

import { Canvas } from '../ui/canvas.tsx'
import type { Draw } from '../ui/canvas.tsx'
import { sceneShown, timeShown } from '../state/page-state.ts'
import { isCalm, palette } from '../ui/theme.ts'
import { Camera } from './camera.ts'
import { reachOf } from './agent-node.ts'
import { FlockLayout } from './flock-layout.ts'
import type { Grouping } from './groups.ts'
import { handleMap } from './handle-map.ts'
import { MapDetails } from './map-details.tsx'
import { paintMap } from './paint-map.ts'
import type { Pick } from './map-picture.ts'
import { ThreadPool } from './shown-links.ts'

/** Looks of records also change without events; they are held against the clock so often, in milliseconds. */
const lookMs = 200

/** The flock in motion. `grouping` is chosen from what there is when undefined. */
export function FlockMap({ grouping }: { grouping: Grouping | undefined }): VNode {
  const hovered = useSignal<Pick | undefined>(undefined)
  const chosen = useSignal<Pick | undefined>(undefined)
  const stage = useMemo(() => ({ layout: new FlockLayout(), camera: new Camera(), pool: new ThreadPool() }), [])
  const { layout, camera, pool } = stage
  const last = useMemo(() => ({ count: -1, syncedAt: 0 }), [])

  const draw: Draw = (surface, frameAt) => {
    const scene = sceneShown()
    const now = timeShown()
    Object.assign(camera, { width: surface.width, height: surface.height })
    pool.take(scene, now)
    const isNews = last.count !== scene.count
    if (isNews || frameAt - last.syncedAt > lookMs || frameAt < last.syncedAt) {
      layout.groups.fit(surface.width, surface.height)
      layout.sync(scene, now, grouping)
      Object.assign(last, { count: scene.count, syncedAt: frameAt })
    }
    let isMoving = false
    if (isCalm.peek()) {
      if (isNews) layout.settle(now)
    } else isMoving = layout.tick(now)
    const isPanning = camera.follow(boundsOf(layout), isCalm.peek())
    const picks = [chosen.peek(), hovered.peek()]
    paintMap(surface, { layout, pool, camera, palette: palette.peek(), picks, now, isCalm: isCalm.peek() })
    return !isCalm.peek() && (isMoving || isPanning || pool.threads.length > 0)
  }

  return (
    <div class="map-stage">
      <Canvas
        class="map-canvas"
        draw={draw}
        label="Map of the flock: agents, their records, and who reads whose. The table beside it tells the same."
        onReady={(canvas, redraw) => handleMap(canvas, { layout, camera, hovered, chosen, redraw })}
      />
      <MapDetails pick={chosen.value ?? hovered.value} onClose={chosen.value && (() => (chosen.value = undefined))} />
    </div>
  )
}

function boundsOf({ nodes, groups }: FlockLayout): { left: number; top: number; right: number; bottom: number } {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
  const include = (x: number, y: number, reach: number): void => {
    bounds.left = Math.min(bounds.left, x - reach)
    bounds.right = Math.max(bounds.right, x + reach)
    bounds.top = Math.min(bounds.top, y - reach)
    bounds.bottom = Math.max(bounds.bottom, y + reach)
  }
  for (const node of nodes.values()) include(node.x, node.y, reachOf(node))
  for (const { x, y, radius, members } of groups.all.values()) if (members > 0) include(x, y, radius)
  return bounds
}
