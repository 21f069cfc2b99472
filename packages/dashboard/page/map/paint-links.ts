import type { MapPicture } from './map-picture.ts'
import { linkMs } from './shown-links.ts'

/** Links of similar age share one stroke. */
const steps = 5
/** With more links, lines are one pixel wide. */
const maxWide = 48

/**
 * Draws a link from a record to its reader: a fading arc, with a dot that runs
 * from the writer to the reader and so shows the direction.
 */
export function paintLinks(context: CanvasRenderingContext2D, picture: MapPicture): void {
  const { layout, links, palette, camera, now } = picture
  context.strokeStyle = context.fillStyle = palette.accent
  context.lineCap = 'round'
  // Lines of one device pixel take a fraction of the time of wider ones.
  const isMany = links.all.length > maxWide
  const scale = camera.zoom * devicePixelRatio
  // Many links together would hide what they connect.
  const strength = 0.66 * Math.min(1, Math.max(0.36, 30 / links.all.length))
  for (let step = 0; step < steps; step += 1) {
    context.globalAlpha = strength * (1 - step / steps)
    context.lineWidth = isMany ? 1 / scale : Math.max(0.7, 1.5 - step * 0.2) / Math.max(0.6, Math.min(camera.zoom, 1.4))
    const dots: (readonly [number, number])[] = []
    context.beginPath()
    for (const { link, shownAt } of links.all) {
      const age = (now - shownAt) / linkMs
      if (age < 0 || Math.floor(age * steps) !== step) continue
      const from = layout.moons.get(link.key) ?? layout.nodes.get(link.writer)
      const to = layout.nodes.get(link.reader)
      if (!from || !to) continue
      const bend = 0.16 * (link.number % 2 === 0 ? 1 : -1)
      const [cx, cy] = [(from.x + to.x) / 2 + (to.y - from.y) * bend, (from.y + to.y) / 2 - (to.x - from.x) * bend]
      context.moveTo(from.x, from.y)
      context.quadraticCurveTo(cx, cy, to.x, to.y)
      const way = Math.min(1, age * 2.2)
      if (way < 1) dots.push([along(from.x, cx, to.x, way), along(from.y, cy, to.y, way)])
    }
    context.stroke()
    context.globalAlpha = 1
    for (const [x, y] of dots) context.fillRect(x - 1.6, y - 1.6, 3.2, 3.2)
  }
}

function along(from: number, middle: number, to: number, way: number): number {
  return (1 - way) ** 2 * from + 2 * (1 - way) * way * middle + way ** 2 * to
}
