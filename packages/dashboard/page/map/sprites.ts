import type { Palette } from '../ui/palette.ts'
import type { RecordStatus } from './orbit.ts'

/** A context of a canvas on the page or off-screen. */
type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/** Cached images of records for one theme and size: thousands are copied each frame. */
export interface Sprites {
  readonly size: number
  get(status: RecordStatus, hue: string): CanvasImageSource
}

const full = 2 * Math.PI
const cache = new Map<string, ImageBitmap>()
const maxCached = 200

/** The images at `scale` device pixels per map unit. */
export function spritesFor(palette: Palette, scale: number): Sprites {
  // In steps of a quarter, so that a moving camera does not redraw them each frame.
  const unit = Math.max(0.5, Math.round(scale * 4) / 4)
  const size = Math.ceil(14 * unit)
  return {
    size,
    get: (status, hue) => {
      const name = `${palette.ground} ${unit} ${status} ${hue}`
      const known = cache.get(name)
      if (known) return known
      if (cache.size > maxCached) cache.clear()
      const canvas = new OffscreenCanvas(size, size)
      const context = canvas.getContext('2d')
      if (context) {
        context.translate(size / 2, size / 2)
        context.scale(unit, unit)
        context.lineWidth = 1
        drawRecord(context, status, hue, palette)
      }
      // Copies of a bitmap are faster than copies of a canvas.
      const bitmap = canvas.transferToImageBitmap()
      cache.set(name, bitmap)
      return bitmap
    },
  }
}

/** Draws the symbol of a status around the origin, within 7 units in each direction. */
export function drawRecord(context: Pen, status: RecordStatus, hue: string, palette: Palette): void {
  context.strokeStyle = context.fillStyle = hue
  context.beginPath()
  switch (status) {
    case 'plain':
      context.globalAlpha = 0.72
      context.arc(0, 0, 1.9, 0, full)
      context.fill()
      break
    case 'new':
      context.arc(0, 0, 2.4, 0, full)
      context.fill()
      context.globalAlpha = 0.55
      context.beginPath()
      context.arc(0, 0, 4.8, 0, full)
      context.stroke()
      break
    case 'hot':
      context.fillStyle = palette.accent
      context.moveTo(0, -4.6)
      context.lineTo(4.6, 0)
      context.lineTo(0, 4.6)
      context.lineTo(-4.6, 0)
      context.fill()
      context.globalAlpha = 0.25
      context.beginPath()
      context.arc(0, 0, 6.2, 0, full)
      context.fill()
      break
    case 'expiring':
      context.setLineDash([1.7, 1.5])
      context.arc(0, 0, 3.2, 0, full)
      context.stroke()
      context.setLineDash([])
      context.beginPath()
      context.arc(0, 0, 1, 0, full)
      context.fill()
      break
    case 'sealed':
      context.strokeRect(-2.7, -1.2, 5.4, 4.4)
      context.fillRect(-0.6, 0.2, 1.2, 1.6)
      context.arc(0, -1.4, 1.8, Math.PI, full)
      context.stroke()
      break
    case 'gone':
      context.globalAlpha = 0.4
      context.strokeStyle = palette.muted
      context.moveTo(-2, -2)
      context.lineTo(2, 2)
      context.moveTo(2, -2)
      context.lineTo(-2, 2)
      context.stroke()
  }
  context.globalAlpha = 1
}
