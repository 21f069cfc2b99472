/** Milliseconds since some fixed moment, up to about {@link stepMs} old: reading it costs nothing. */
export const coarseClock: { now: number } = { now: performance.now() }

/** How far behind the clock may be while the event loop turns, in milliseconds. */
export const stepMs = 20

setInterval(() => {
  coarseClock.now = performance.now()
}, stepMs).unref()
