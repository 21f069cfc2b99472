import { amount } from '../ui/amounts.ts'
import type { Surface } from '../ui/canvas.tsx'
import type { Palette } from '../ui/palette.ts'
import { roundTimes, tickTime } from '../ui/round-ticks.ts'
import type { ChartScale } from './chart-scale.ts'

/** The space around the lines, in pixels. */
export const margin = { left: 44, right: 10, top: 8, bottom: 22 } as const

/** One line of a chart. */
export interface ChartLine {
  readonly name: string
  readonly values: readonly number[]
  /** `accent` is filled and `text` dashed, so that color alone carries no meaning. */
  readonly role: 'text' | 'accent'
}

/** Everything that one frame of a chart shows. */
export interface ChartPicture {
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  readonly scale: ChartScale
  /** Index of the time under the pointer. */
  readonly hovered: number | undefined
  readonly palette: Palette
  readonly unit: string
}

/** Draws the axes, the lines, and the time under the pointer. */
export function paintChart({ context, width, height }: Surface, picture: ChartPicture): void {
  const { times, lines, scale, palette, hovered, unit } = picture
  const toX = (time: number): number => margin.left + scale.x(time) * (width - margin.left - margin.right)
  const toY = (value: number): number => height - margin.bottom - scale.y(value) * (height - margin.top - margin.bottom)
  context.fillStyle = palette.ground
  context.fillRect(0, 0, width, height)
  context.font = '11px system-ui, sans-serif'
  context.lineWidth = 1
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  for (const tick of scale.ticks) {
    const y = Math.round(toY(tick)) + 0.5
    context.strokeStyle = palette.line
    stroke(context, [margin.left, width - margin.right], [y, y])
    context.fillStyle = palette.muted
    context.fillText(`${amount(tick)}${unit}`, margin.left - 6, y)
  }
  paintTimes(context, picture, toX, { width, height })
  for (const { values, role } of lines) {
    const xs = times.map(toX)
    const ys = values.map(toY)
    context.strokeStyle = role === 'accent' ? palette.accent : palette.text
    if (role === 'accent') {
      context.globalAlpha = 0.14
      context.fillStyle = palette.accent
      trace(context, [...xs, xs.at(-1) ?? 0, xs[0] ?? 0], [...ys, toY(0), toY(0)])
      context.fill()
      context.globalAlpha = 1
    } else context.setLineDash([5, 4])
    context.lineWidth = 1.75
    stroke(context, xs, ys)
    context.setLineDash([])
  }
  const time = hovered === undefined ? undefined : times[hovered]
  if (time === undefined) return
  context.strokeStyle = palette.muted
  context.lineWidth = 1
  stroke(context, [toX(time), toX(time)], [margin.top, height - margin.bottom])
}

function paintTimes(
  context: CanvasRenderingContext2D,
  { times, palette }: ChartPicture,
  toX: (time: number) => number,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  const [from, to] = [times[0], times.at(-1)]
  if (from === undefined || to === undefined) return
  context.fillStyle = palette.muted
  context.textAlign = 'center'
  for (const time of roundTimes(from, to, Math.floor(width / 110))) {
    const x = toX(time)
    const half = context.measureText(tickTime(time)).width / 2
    if (x - half > margin.left - 20 && x + half < width) {
      context.fillText(tickTime(time), x, height - margin.bottom / 2)
    }
  }
}

function stroke(context: CanvasRenderingContext2D, xs: readonly number[], ys: readonly number[]): void {
  trace(context, xs, ys)
  context.stroke()
}

function trace(context: CanvasRenderingContext2D, xs: readonly number[], ys: readonly number[]): void {
  context.beginPath()
  for (const [index, x] of xs.entries()) context.lineTo(x, ys[index] ?? 0)
}
