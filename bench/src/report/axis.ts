/** An axis for some values. */
export interface Axis {
  /** Where a value stands. */
  at(value: number): number
  /** Round values to draw lines at. */
  readonly ticks: readonly number[]
}

/**
 * A logarithmic axis, from the least to the greatest of some times or sizes.
 *
 * @param from - Where the axis begins, and `to` where it ends.
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

/** An axis of counts, from 0: there 0 is what matters most. */
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
