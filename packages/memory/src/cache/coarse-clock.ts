/** Length of a tick, in milliseconds. The clock lags by up to one tick, or longer while the event loop is blocked. */
export const tickMs = 20

/**
 * Ticks since the process started. Reading it is a plain property access. The value
 * stays a small integer for more than a year, so V8 stores it without allocation.
 */
export const coarseClock: { now: number } = { now: ticks() }

setInterval(() => {
  coarseClock.now = ticks()
}, tickMs).unref()

function ticks(): number {
  return Math.floor(performance.now() / tickMs)
}
