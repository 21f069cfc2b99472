import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'

import { paintRevision, sceneShown, timeShown } from '../state/page-state.ts'
import { Canvas } from '../ui/canvas.tsx'
import type { Draw } from '../ui/canvas.tsx'
import { palette, prefersReducedMotion } from '../ui/theme.ts'
import { reachOf } from './agent-node.ts'
import { Camera } from './camera.ts'
import { FlockLayout, maxMoons } from './flock-layout.ts'
import type { Grouping } from './groups.ts'
import { handleMap } from './handle-map.ts'
import { MapDetails } from './map-details.tsx'
import type { Pick } from './map-picture.ts'
import { paintMap } from './paint-map.ts'
import { ShownLinks } from './shown-links.ts'

/** The status of a record also changes with time: it is checked this often, in milliseconds. */
const statusMs = 200

/** The animated flock. `grouping` follows from the scene when `undefined`. */
export function FlockMap({ grouping }: { grouping: Grouping | undefined }): VNode {
  const hovered = useSignal<Pick | undefined>(undefined)
  const selected = useSignal<Pick | undefined>(undefined)
  const stage = useMemo(() => ({ layout: new FlockLayout(), camera: new Camera(), links: new ShownLinks() }), [])
  const { layout, camera, links } = stage
  const last = useMemo(() => ({ count: -1, syncedAt: 0 }), [])

  const draw: Draw = (surface, frameAt) => {
    const scene = sceneShown()
    const now = timeShown()
    Object.assign(camera, { width: surface.width, height: surface.height })
    links.take(scene, now)
    const isChanged = last.count !== scene.count
    if (isChanged || frameAt - last.syncedAt > statusMs || frameAt < last.syncedAt) {
      layout.groups.fit(surface.width, surface.height)
      layout.sync(scene, now, grouping)
      Object.assign(last, { count: scene.count, syncedAt: frameAt })
    }
    let isMoving = false
    if (prefersReducedMotion.peek()) {
      if (isChanged) layout.settle(now)
    } else isMoving = layout.tick(now)
    const isPanning = camera.follow(boundsOf(layout), prefersReducedMotion.peek())
    const picks = [selected.peek(), hovered.peek()]
    paintMap(surface, {
      layout,
      links,
      camera,
      palette: palette.peek(),
      picks,
      now,
      isStill: prefersReducedMotion.peek(),
    })
    return !prefersReducedMotion.peek() && (isMoving || isPanning || links.all.length > 0)
  }

  return (
    <div class="map-stage">
      <Canvas
        class="map-canvas"
        draw={draw}
        revision={paintRevision}
        label={`Map of the flock: agents, their latest ${maxMoons} records, and who reads whose. The table shows the same data.`}
        onReady={(canvas, redraw) => handleMap(canvas, { layout, camera, hovered, selected, redraw })}
      />
      <MapDetails
        pick={selected.value ?? hovered.value}
        onClose={selected.value && (() => (selected.value = undefined))}
      />
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
