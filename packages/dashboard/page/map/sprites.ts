import type { Palette } from '../ui/palette.ts'
import type { Look } from './orbit.ts'

/** What is drawn with, on the page or off it. */
type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/** Small pictures of records, drawn once for a theme and a size: thousands are copied each frame. */
export interface Sprites {
  readonly size: number
  get(look: Look, hue: string): CanvasImageSource
}

const full = 2 * Math.PI
const kept = new Map<string, ImageBitmap>()
const mostKept = 200

/** The pictures at `scale` device pixels for one unit of the map. */
export function spritesFor(palette: Palette, scale: number): Sprites {
  // Steps of a quarter, so that a camera that moves does not draw them anew each frame.
  const unit = Math.max(0.5, Math.round(scale * 4) / 4)
  const size = Math.ceil(14 * unit)
  return {
    size,
    get: (look, hue) => {
      const name = `${palette.ground} ${unit} ${look} ${hue}`
      const known = kept.get(name)
      if (known) return known
      if (kept.size > mostKept) kept.clear()
      const canvas = new OffscreenCanvas(size, size)
      const context = canvas.getContext('2d')
      if (context) {
        context.translate(size / 2, size / 2)
        context.scale(unit, unit)
        context.lineWidth = 1
        drawLook(context, look, hue, palette)
      }
      // A bitmap stays as it is: a canvas would be looked at anew for each copy.
      const bitmap = canvas.transferToImageBitmap()
      kept.set(name, bitmap)
      return bitmap
    },
  }
}

/** Draws one record around the origin: within 7 units each way. */
export function drawLook(context: Pen, look: Look, hue: string, palette: Palette): void {
  context.strokeStyle = context.fillStyle = hue
  context.beginPath()
  switch (look) {
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
