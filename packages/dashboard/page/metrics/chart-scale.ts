import { roundStep } from '../ui/round-ticks.ts'

/** Maps values to shares of the drawing: 0 is left and bottom, 1 right and top. */
export interface ChartScale {
  readonly x: (time: number) => number
  readonly y: (value: number) => number
  /** Whole round numbers, from 0 up. */
  readonly ticks: readonly number[]
}

const preferredTicks = 4

/** Makes a scale from 0 to a round number above all values. */
export function chartScale(times: readonly number[], lines: readonly (readonly number[])[]): ChartScale {
  const [from = 0, to = 1] = [times[0], times.at(-1)]
  const highest = Math.max(1, ...lines.flat())
  // Labels are whole numbers, so a smaller step would repeat them.
  const step = Math.max(1, roundStep(highest / preferredTicks))
  const top = Math.ceil(highest / step) * step
  return {
    x: (time) => (time - from) / (to - from || 1),
    y: (value) => value / top,
    ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step),
  }
}
