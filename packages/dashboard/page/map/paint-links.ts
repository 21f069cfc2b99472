import type { MapPicture } from './map-picture.ts'
import { threadMs } from './shown-links.ts'

/** Each of these steps is one stroke for all threads of that age. */
const steps = 5
/** So many threads are drawn wide. */
const mostWide = 48

/**
 * Draws a thread from a record to who read it: a bow that fades, with a bead
 * that runs from the writer to the reader, so that the way is seen.
 */
export function paintThreads(context: CanvasRenderingContext2D, picture: MapPicture): void {
  const { layout, pool, palette, camera, now } = picture
  context.strokeStyle = context.fillStyle = palette.accent
  context.lineCap = 'round'
  // Lines of one pixel of the screen take a fraction of the time of wider ones.
  const isMany = pool.threads.length > mostWide
  const scale = camera.zoom * devicePixelRatio
  // Many together would hide what they lead to.
  const strength = 0.66 * Math.min(1, Math.max(0.36, 30 / pool.threads.length))
  for (let step = 0; step < steps; step += 1) {
    context.globalAlpha = strength * (1 - step / steps)
    context.lineWidth = isMany ? 1 / scale : Math.max(0.7, 1.5 - step * 0.2) / Math.max(0.6, Math.min(camera.zoom, 1.4))
    const beads: (readonly [number, number])[] = []
    context.beginPath()
    for (const { link, shownAt } of pool.threads) {
      const age = (now - shownAt) / threadMs
      if (age < 0 || Math.floor(age * steps) !== step) continue
      const from = layout.moons.get(link.key) ?? layout.nodes.get(link.writer)
      const to = layout.nodes.get(link.reader)
      if (!from || !to) continue
      const bow = 0.16 * (link.number % 2 === 0 ? 1 : -1)
      const [cx, cy] = [(from.x + to.x) / 2 + (to.y - from.y) * bow, (from.y + to.y) / 2 - (to.x - from.x) * bow]
      context.moveTo(from.x, from.y)
      context.quadraticCurveTo(cx, cy, to.x, to.y)
      const way = Math.min(1, age * 2.2)
      if (way < 1) beads.push([along(from.x, cx, to.x, way), along(from.y, cy, to.y, way)])
    }
    context.stroke()
    context.globalAlpha = 1
    for (const [x, y] of beads) context.fillRect(x - 1.6, y - 1.6, 3.2, 3.2)
  }
}

function along(from: number, middle: number, to: number, way: number): number {
  return (1 - way) ** 2 * from + 2 * (1 - way) * way * middle + way ** 2 * to
}
