/** Maps values to shares of the drawing: 0 is left and bottom, 1 right and top. */
export interface ChartScale {
  readonly x: (time: number) => number
  readonly y: (value: number) => number
  /** Round numbers, from 0 up. */
  readonly ticks: readonly number[]
}

const preferredTicks = 4

/** Makes a scale from 0 to a round number above all values. */
export function chartScale(times: readonly number[], lines: readonly (readonly number[])[]): ChartScale {
  const [from = 0, to = 1] = [times[0], times.at(-1)]
  const highest = Math.max(1, ...lines.flat())
  const step = roundStep(highest / preferredTicks)
  const top = Math.ceil(highest / step) * step
  return {
    x: (time) => (time - from) / (to - from || 1),
    y: (value) => value / top,
    ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step),
  }
}

/** The next 1, 2 or 5 times a power of ten. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 5, 10].find((one) => one * power >= least) ?? 10
  return factor * power
}
