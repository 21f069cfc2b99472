const dayMs = 86_400_000

/** Steps of a clock, in milliseconds. */
const clockSteps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
]

/** The next 1, 2 or 5 times a power of ten. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 5, 10].find((one) => one * power >= least) ?? 10
  return factor * power
}

/**
 * Times at round values of the viewer's clock, at most `count` of them.
 *
 * @param from - Unix milliseconds.
 * @param to - Unix milliseconds.
 */
export function roundTimes(from: number, to: number, count: number): readonly number[] {
  const step = clockStep((to - from) / Math.max(1, count))
  const times: number[] = []
  for (let at = nextRound(from, step); at <= to; at += step) times.push(at)
  return times
}

/** The next step of a clock, in milliseconds. */
export function clockStep(least: number): number {
  return clockSteps.find((one) => one >= least) ?? Math.ceil(least / dayMs) * dayMs
}

/** The first time from `from` on at which the viewer's clock shows a multiple of the step. */
export function nextRound(from: number, step: number): number {
  const zone = new Date(from).getTimezoneOffset() * 60_000
  return Math.ceil((from - zone) / step) * step + zone
}

/** The time of day of a tick, with milliseconds only where it has some. */
export function tickTime(at: number): string {
  const time = new Date(at).toLocaleTimeString('en-GB')
  const ms = at % 1_000
  return ms === 0 ? time : `${time}.${String(ms).padStart(3, '0')}`
}
