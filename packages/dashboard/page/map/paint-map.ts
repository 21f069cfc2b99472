import type { Surface } from '../ui/canvas.tsx'
import { dimOf, hueOf } from '../ui/palette.ts'
import { drawable } from '../ui/plain.ts'
import type { Camera } from './camera.ts'
import { groupRim } from './groups.ts'
import type { MapPicture } from './map-picture.ts'
import { paintAgents } from './paint-agents.ts'
import { paintLinks } from './paint-links.ts'
import { spritesFor } from './sprites.ts'

const full = 2 * Math.PI
/** With more records, plain ones are drawn as squares. */
const maxSymbols = 700
/** How long a new record among many keeps its frame, in milliseconds. */
const framedMs = 1_000

/** Draws the map: groups, links, records, agents, and the selection. */
export function paintMap(surface: Surface, picture: MapPicture): void {
  const { context, width, height, scale } = surface
  const { camera, palette } = picture
  context.fillStyle = palette.ground
  context.fillRect(0, 0, width, height)
  paintGroups(context, picture)
  toMap(surface, camera)
  paintLinks(context, picture)
  paintRecords(surface, picture)
  toMap(surface, camera)
  paintAgents(context, picture)
  paintPicks(context, picture)
  context.setTransform(scale, 0, 0, scale, 0, 0)
  paintGroupNames(context, picture)
}

function toMap({ context, width, height, scale }: Surface, { x, y, zoom }: Camera): void {
  const unit = scale * zoom
  context.setTransform(unit, 0, 0, unit, scale * (width / 2 - x * zoom), scale * (height / 2 - y * zoom))
}

function paintGroups(context: CanvasRenderingContext2D, { layout, camera, palette }: MapPicture): void {
  context.fillStyle = palette.faint
  context.strokeStyle = palette.line
  context.lineWidth = 1
  for (const { x, y, radius, members } of layout.groups.all.values()) {
    if (members === 0) continue
    const [sx, sy] = camera.toScreen(x, y)
    context.beginPath()
    context.arc(sx, sy, (radius + groupRim) * camera.zoom, 0, full)
    context.fill()
    context.stroke()
  }
}

/** Drawn last, so that nothing hides the names. */
function paintGroupNames(context: CanvasRenderingContext2D, { layout, camera, palette }: MapPicture): void {
  Object.assign(context, { textAlign: 'center', textBaseline: 'bottom', lineJoin: 'round', lineWidth: 4 })
  context.font = '600 12px system-ui, sans-serif'
  context.strokeStyle = palette.ground
  context.fillStyle = palette.muted
  for (const { x, y, radius, label, members } of layout.groups.all.values()) {
    if (members === 0) continue
    const [sx, sy] = camera.toScreen(x, y)
    const top = sy - (radius + groupRim) * camera.zoom - 5
    const text = drawable(label, 34)
    context.strokeText(text, sx, top)
    context.fillText(text, sx, top)
  }
}

function paintRecords(surface: Surface, picture: MapPicture): void {
  const { layout, camera, palette, now } = picture
  const { context, width, height, scale } = surface
  const unit = scale * camera.zoom
  const sprites = spritesFor(palette, scale * Math.min(2.4, Math.max(0.55, camera.zoom)))
  const [left, top] = [scale * (width / 2 - camera.x * camera.zoom), scale * (height / 2 - camera.y * camera.zoom)]
  const [right, bottom] = [width * scale, height * scale]
  // Thousands are drawn as small squares, which look alike at this size and take a fraction of the time.
  const isMany = layout.moons.size > maxSymbols
  const half = sprites.size / 2
  const dot = Math.max(2, Math.round(sprites.size / 5))
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.lineWidth = 1
  for (const node of layout.nodes.values()) {
    const hue = hueOf(palette, node.agent.role)
    context.fillStyle = context.strokeStyle = dimOf(palette, node.agent.role)
    for (const moon of node.moons) {
      if (!moon) continue
      const x = left + moon.x * unit
      const y = top + moon.y * unit
      if (x < 0 || y < 0 || x > right || y > bottom) continue
      if (isMany && (moon.status === 'plain' || moon.status === 'new')) {
        const [px, py] = [Math.round(x - dot / 2), Math.round(y - dot / 2)]
        context.fillRect(px, py, dot, dot)
        // A frame in place of the ring of a symbol, for a shorter time.
        if (moon.status === 'new' && now - moon.record.writtenAt < framedMs)
          context.strokeRect(px - 1.5, py - 1.5, dot + 3, dot + 3)
        continue
      }
      context.drawImage(
        sprites.get(moon.status, hue),
        isMany ? Math.round(x - half) : x - half,
        isMany ? Math.round(y - half) : y - half,
      )
    }
  }
}

function paintPicks(context: CanvasRenderingContext2D, { layout, camera, palette, picks }: MapPicture): void {
  context.strokeStyle = palette.text
  context.lineWidth = 1.5 / camera.zoom
  for (const pick of picks) {
    const place = pick && (pick.kind === 'agent' ? layout.nodes.get(pick.id) : layout.moons.get(pick.id))
    if (!place) continue
    context.beginPath()
    context.arc(place.x, place.y, pick.kind === 'agent' ? 15 : 8, 0, full)
    context.stroke()
  }
}
