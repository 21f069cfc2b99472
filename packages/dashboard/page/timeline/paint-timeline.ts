import type { TimeRange } from '../state/marked-range.ts'
import { workerName } from '../state/tracks.ts'
import type { Bar, Mark } from '../state/tracks.ts'
import { duration } from '../ui/amounts.ts'
import type { Surface } from '../ui/canvas.tsx'
import { hueOf, patternOf } from '../ui/palette.ts'
import type { Palette } from '../ui/palette.ts'
import { drawable } from '../ui/plain.ts'
import { tickTime } from '../ui/round-ticks.ts'
import { axisTicks } from './axis-ticks.ts'
import { barPattern } from './bar-pattern.ts'
import type { FoldedTime } from './folded-time.ts'
import { axisHeight, barTop } from './lanes.ts'
import type { Lane } from './lanes.ts'
import type { PickedBar } from './pick-bar.ts'

/** Everything that one frame of the timeline shows. */
export interface TimelinePicture {
  readonly lanes: readonly Lane[]
  readonly folded: FoldedTime
  readonly from: number
  readonly to: number
  readonly scrolled: number
  readonly now: number
  readonly range: TimeRange | undefined
  readonly palette: Palette
  readonly gutter: number
  /** The selected and the hovered run. */
  readonly picks: readonly (PickedBar | undefined)[]
}

/** Draws the visible rows, up to the moment that is shown. */
export function paintTimeline({ context, width, height }: Surface, picture: TimelinePicture): void {
  const { palette, scrolled, gutter } = picture
  context.fillStyle = palette.ground
  context.fillRect(0, 0, width, height)
  const scale = (width - gutter) / (picture.to - picture.from)
  const toX = (time: number): number => gutter + (picture.folded.toFolded(time) - picture.from) * scale
  context.save()
  context.beginPath()
  context.rect(gutter, 0, width - gutter, height)
  context.clip()
  paintFolds(context, picture, scale, height)
  paintRange(context, picture, toX, height)
  const visible = picture.lanes.filter((lane) => lane.top + lane.height > scrolled && lane.top < scrolled + height)
  for (const lane of visible) {
    const y = axisHeight + lane.top - scrolled
    context.strokeStyle = palette.line
    context.lineWidth = 1
    const bottom = Math.round(y + lane.height) - 0.5
    strokeLine(context, gutter, bottom, width, bottom)
    for (const bar of lane.track.bars) paintBar(context, bar, { y, lane, toX, width, picture })
    for (const mark of lane.track.marks) paintMark(context, mark, { y, lane, toX, width, picture })
  }
  context.restore()
  paintNames(context, picture, visible)
  paintAxis(context, picture, { scale, width })
}

interface BarContext {
  readonly y: number
  readonly lane: Lane
  readonly toX: (time: number) => number
  readonly width: number
  readonly picture: TimelinePicture
}

function paintBar(context: CanvasRenderingContext2D, bar: Bar, { y, lane, toX, width, picture }: BarContext): void {
  const { now, palette, gutter, picks } = picture
  const { barHeight } = lane
  if (bar.startedAt > now) return
  const isRunning = bar.endedAt === undefined || bar.endedAt > now
  const left = toX(bar.startedAt)
  const right = Math.max(left + 2, toX(isRunning ? now : (bar.endedAt ?? now)))
  if (right < gutter || left > width) return
  const top = y + barTop(lane, bar)
  const isFailed = bar.outcome === 'failed' && !isRunning
  const hue = isFailed ? palette.bad : hueOf(palette, bar.activity)
  context.fillStyle = right - left < 5 ? hue : barPattern(context, hue, isFailed ? 'crossed' : patternOf(bar.activity))
  context.fillRect(left, top, right - left, barHeight)
  context.strokeStyle = hue
  context.lineWidth = 1
  if (isRunning) context.setLineDash([3, 2])
  if (right - left > 4) context.strokeRect(left + 0.5, top + 0.5, right - left - 1, barHeight - 1)
  context.setLineDash([])
  if (picks.some((pick) => pick?.bar === bar)) {
    context.strokeStyle = palette.text
    context.lineWidth = 2
    context.strokeRect(left - 1, top - 1, right - left + 2, barHeight + 2)
  }
  for (let retry = 0; retry < Math.min(bar.retries, 5); retry += 1) {
    context.fillStyle = palette.text
    context.fillRect(left + 3 + retry * 4, top + barHeight - 3, 2, 3)
  }
  if (right - left > 64 && barHeight >= 12) {
    const shown = drawable(bar.title, Math.floor((right - left) / 8))
    context.font = '600 10px system-ui, sans-serif'
    context.textBaseline = 'middle'
    const wide = context.measureText(shown).width + 8
    context.fillStyle = palette.ground
    context.fillRect(left + 3, top + 2, wide, barHeight - 4)
    context.fillStyle = palette.text
    context.textAlign = 'left'
    context.fillText(shown, left + 7, top + barHeight / 2 + 0.5)
  }
}

/** Reads are triangles at the bottom, writes at the top; reuses are diamonds, state changes bars, escalations rings. */
function paintMark(
  context: CanvasRenderingContext2D,
  { at, kind }: Mark,
  { y, lane, toX, width, picture }: BarContext,
): void {
  if (at > picture.now) return
  const x = toX(at)
  if (x < picture.gutter || x > width) return
  const { palette } = picture
  const bottom = y + lane.height
  const middle = y + lane.height / 2
  context.fillStyle = context.strokeStyle = kind === 'reuse' || kind === 'ask' ? palette.accent : palette.text
  context.lineWidth = 1.4
  context.beginPath()
  if (kind === 'read') trace(context, [x - 3, bottom - 2], [x + 3, bottom - 2], [x, bottom - 7])
  else if (kind === 'write') trace(context, [x - 3, y + 1], [x + 3, y + 1], [x, y + 6])
  else if (kind === 'reuse') trace(context, [x, middle - 5], [x + 5, middle], [x, middle + 5], [x - 5, middle])
  else if (kind === 'state') context.rect(x - 0.75, y + 2, 1.5, lane.height - 4)
  else context.arc(x, middle, 5, 0, 2 * Math.PI)
  if (kind === 'ask') context.stroke()
  else context.fill()
}

function trace(context: CanvasRenderingContext2D, ...points: readonly (readonly [number, number])[]): void {
  for (const [x, y] of points) context.lineTo(x, y)
  context.closePath()
}

function paintFolds(context: CanvasRenderingContext2D, picture: TimelinePicture, scale: number, height: number): void {
  const { folded, from, to, gutter, palette } = picture
  for (const { start, end, ms } of folded.folds) {
    if (end < from || start > to) continue
    const [left, right] = [gutter + (start - from) * scale, gutter + (end - from) * scale]
    context.fillStyle = palette.faint
    context.fillRect(left, 0, right - left, height)
    context.fillStyle = palette.muted
    context.font = '500 10px system-ui, sans-serif'
    context.textAlign = 'center'
    context.textBaseline = 'bottom'
    context.fillText(right - left > 46 ? `⋯ ${duration(ms)}` : '⋯', (left + right) / 2, height - 4)
  }
}

function paintRange(
  context: CanvasRenderingContext2D,
  { range, palette }: TimelinePicture,
  toX: (time: number) => number,
  height: number,
): void {
  if (!range) return
  const [left, right] = [toX(range.from), toX(range.to)]
  context.globalAlpha = 0.14
  context.fillStyle = palette.accent
  context.fillRect(left, 0, right - left, height)
  context.globalAlpha = 1
  context.strokeStyle = palette.accent
  context.lineWidth = 1
  for (const x of [left, right]) strokeLine(context, x, 0, x, height)
}

function paintNames(
  context: CanvasRenderingContext2D,
  { gutter, palette, scrolled }: TimelinePicture,
  visible: readonly Lane[],
): void {
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  for (const { track, top, height } of visible) {
    const y = axisHeight + top - scrolled + height / 2
    context.font = `${track.kind === 'worker' ? 'italic ' : ''}500 12px system-ui, sans-serif`
    context.fillStyle = track.kind === 'worker' ? palette.muted : palette.text
    const name = track.kind === 'worker' ? workerName(track.id) : track.id
    context.fillText(drawable(name, Math.floor(gutter / 7.2)), 12, y)
  }
}

function paintAxis(
  context: CanvasRenderingContext2D,
  { folded, from, to, palette, gutter }: TimelinePicture,
  { scale, width }: { readonly scale: number; readonly width: number },
): void {
  context.fillStyle = palette.ground
  context.fillRect(0, 0, width, axisHeight)
  context.strokeStyle = palette.line
  strokeLine(context, 0, axisHeight - 0.5, width, axisHeight - 0.5)
  context.fillStyle = palette.muted
  context.font = '500 11px system-ui, sans-serif'
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  const count = Math.max(2, Math.floor((width - gutter) / 110))
  for (const { time, at } of axisTicks(folded, { from, to }, count)) {
    const x = gutter + (at - from) * scale
    strokeLine(context, x + 0.5, axisHeight - 6, x + 0.5, axisHeight)
    context.fillText(tickTime(time), x + 4, axisHeight / 2)
  }
}

function strokeLine(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath()
  context.moveTo(x1, y1)
  context.lineTo(x2, y2)
  context.stroke()
}
