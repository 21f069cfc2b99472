/** Length of a tick, in milliseconds: how far behind the clock may be while the event loop turns. */
export const tickMs = 20

/**
 * Ticks since the process started. Reading it costs nothing, and being a small
 * whole number (for a year and more) it needs no memory of its own where it is kept.
 */
export const coarseClock: { now: number } = { now: ticks() }

setInterval(() => {
  coarseClock.now = ticks()
}, tickMs).unref()

function ticks(): number {
  return Math.floor(performance.now() / tickMs)
}
