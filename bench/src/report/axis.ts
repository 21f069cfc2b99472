/** An axis for some values. */
export interface Axis {
  /** The position of a value. */
  at(value: number): number
  /** Round values for the grid lines. */
  readonly ticks: readonly number[]
}

/**
 * Makes a logarithmic axis, from the smallest to the largest of some times or sizes.
 *
 * @param from - Position of the axis’s start; `to` is that of its end.
 */
export function logarithmic(values: readonly number[], from: number, to: number): Axis {
  const positive = values.filter((value) => value > 0)
  const low = Math.floor(Math.log10(Math.min(...positive, ...(positive.length > 0 ? [] : [1]))))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive, 1e-9))))
  const step = Math.max(1, Math.ceil((high - low) / 6))
  const ticks: number[] = []
  for (let power = low; power <= high; power += step) ticks.push(10 ** power)
  return {
    at: (value) => (value > 0 ? from + ((Math.log10(value) - low) / (high - low)) * (to - from) : from),
    ticks,
  }
}

/** Makes a linear axis for counts. It starts at 0, the value that matters most. */
export function linear(values: readonly number[], from: number, to: number): Axis {
  const greatest = Math.max(1, ...values)
  const power = 10 ** Math.floor(Math.log10(greatest))
  const step =
    [0.2, 0.5, 1, 2].map((part) => part * power).find((size) => size >= 1 && greatest / size <= 6) ?? 2 * power
  const end = Math.ceil(greatest / step) * step
  return {
    at: (value) => from + (value / end) * (to - from),
    ticks: Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step),
  }
}
