/** A logarithmic axis from the least to the greatest of some values; what is 0 stands at its beginning. */
export interface Axis {
  /** Where a value stands. */
  at(value: number): number
  /** Round values to draw lines at. */
  readonly ticks: readonly number[]
}

/** @param from - Where the axis begins, and `to` where it ends. */
export function axis(values: readonly number[], from: number, to: number): Axis {
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
