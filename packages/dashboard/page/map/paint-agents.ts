import { hueOf } from '../ui/palette.ts'
import { drawable } from '../ui/plain.ts'
import type { AgentNode } from './agent-node.ts'
import { groupRim } from './groups.ts'
import type { MapPicture } from './map-picture.ts'

/** Below this zoom no names are drawn. */
const nameZoom = 0.45
/** The size of an agent in map units, and the least one on the screen, in pixels. */
const birdSize = 6.5
const leastSize = 3.5
/** The room that a name needs on the screen, in pixels; names without it are left out. */
const nameRoom = { width: 84, height: 15 }

/** Draws agents as birds that face their direction of motion; hollow ones are idle, suspended, paused or ended. */
export function paintAgents(context: CanvasRenderingContext2D, picture: MapPicture): void {
  const { layout, palette, isStill } = picture
  const flapAt = isStill ? undefined : picture.now
  const grown = Math.max(1, leastSize / (birdSize * picture.camera.zoom))
  const byRole = Map.groupBy(layout.nodes.values(), ({ agent }) => agent.role)
  for (const [role, nodes] of byRole) {
    const hue = hueOf(palette, role)
    context.fillStyle = hue
    context.strokeStyle = hue
    context.lineWidth = 1.3 * grown
    context.beginPath()
    for (const node of nodes) if (isAwake(node)) traceBird(context, node, flapAt, grown)
    context.fill()
    context.beginPath()
    for (const node of nodes) if (!isAwake(node)) traceBird(context, node, flapAt, grown)
    context.fillStyle = palette.ground
    context.fill()
    context.stroke()
  }
  paintStateMarks(context, picture)
  paintNames(context, picture)
}

function isAwake({ agent, energy }: AgentNode): boolean {
  return (
    agent.state !== 'ended' &&
    agent.state !== 'suspended' &&
    agent.state !== 'paused' &&
    agent.state !== 'failed' &&
    (energy > 0 || agent.running > 0)
  )
}

function traceBird(
  context: CanvasRenderingContext2D,
  { x, y, heading, energy, turn }: AgentNode,
  flapAt: number | undefined,
  grown: number,
): void {
  const size = grown * (birdSize + 2.5 * energy)
  const flap = flapAt === undefined ? 0 : Math.sin(flapAt / 90 + turn * 7) * 0.16 * energy
  const wing = size * (0.82 + flap)
  const [cos, sin] = [Math.cos(heading), Math.sin(heading)]
  context.moveTo(x + cos * size, y + sin * size)
  context.lineTo(x - cos * size * 0.8 - sin * wing, y - sin * size * 0.8 + cos * wing)
  context.lineTo(x - cos * size * 0.3, y - sin * size * 0.3)
  context.lineTo(x - cos * size * 0.8 + sin * wing, y - sin * size * 0.8 - cos * wing)
  context.closePath()
}

/** Marks failed agents with a cross, suspended ones with a dotted ring, paused ones with two strokes above. */
function paintStateMarks(context: CanvasRenderingContext2D, { layout, palette }: MapPicture): void {
  context.lineWidth = 1.6
  for (const { x, y, agent } of layout.nodes.values()) {
    if (agent.state !== 'failed' && agent.state !== 'suspended' && agent.state !== 'paused') continue
    context.strokeStyle = agent.state === 'paused' ? palette.text : palette.bad
    context.beginPath()
    if (agent.state === 'failed') {
      for (const side of [-1, 1]) {
        context.moveTo(x - 6, y - 6 * side)
        context.lineTo(x + 6, y + 6 * side)
      }
    } else if (agent.state === 'paused') {
      for (const side of [-2.5, 2.5]) {
        context.moveTo(x + side, y - 15)
        context.lineTo(x + side, y - 9)
      }
    } else {
      context.setLineDash([2, 3])
      context.arc(x, y, 13, 0, 2 * Math.PI)
    }
    context.stroke()
    context.setLineDash([])
  }
}

const maxNames = 48
const nameImages = new Map<string, ImageBitmap>()
const maxNameImages = 500

function paintNames(context: CanvasRenderingContext2D, { layout, camera, palette }: MapPicture): void {
  if (camera.zoom < nameZoom) return
  const scale = devicePixelRatio
  const below = 9 + 4 * camera.zoom
  // The names of groups, which are drawn above their circles, come first.
  const placed = [...layout.groups.all.values()].map(({ x, y, radius }) => camera.toScreen(x, y - radius - groupRim))
  const most = placed.length + maxNames
  context.save()
  // In device pixels: scaling an image takes many times as long.
  context.setTransform(1, 0, 0, 1, 0, 0)
  for (const node of layout.nodes.values()) {
    if (placed.length >= most) break
    const [x, y] = camera.toScreen(node.x, node.y)
    if (placed.some(([px, py]) => Math.abs(px - x) < nameRoom.width && Math.abs(py - y) < nameRoom.height)) continue
    placed.push([x, y])
    const picture = nameImage(drawable(node.id, 22), node.energy > 0 ? palette.text : palette.muted, palette.ground)
    context.drawImage(picture, Math.round(x * scale - picture.width / 2), Math.round((y + below) * scale) - 4)
  }
  context.restore()
}

/** Caches names as images, since drawing text is slow. */
function nameImage(name: string, color: string, ground: string): ImageBitmap {
  const scale = devicePixelRatio
  const key = `${scale} ${color} ${name}`
  const known = nameImages.get(key)
  if (known) return known
  if (nameImages.size > maxNameImages) nameImages.clear()
  const height = Math.ceil(15 * scale)
  const canvas = new OffscreenCanvas(1, height)
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
  const font = `500 ${11 * scale}px system-ui, sans-serif`
  context.font = font
  canvas.width = Math.ceil(context.measureText(name).width) + 6
  Object.assign(context, { font, textBaseline: 'middle', lineJoin: 'round', lineWidth: 3 * scale })
  // An outline in the background color keeps it readable among records.
  context.strokeStyle = ground
  context.strokeText(name, 3, height / 2)
  context.fillStyle = color
  context.fillText(name, 3, height / 2)
  const bitmap = canvas.transferToImageBitmap()
  nameImages.set(key, bitmap)
  return bitmap
}
