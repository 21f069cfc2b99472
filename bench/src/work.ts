/** How many rounds of {@link spin} take a millisecond of an idle processor of this machine. */
export function roundsPerMs(): number {
  // The best of several: what else the machine does must not make the work small.
  let best = 0
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const startedAt = performance.now()
    spin(200_000)
    best = Math.max(best, 200_000 / (performance.now() - startedAt))
  }
  return best
}

/** Work that takes a processor and nothing else: a fixed amount, so that threads which get in each other's way show. */
export function spin(rounds: number, from = 1): number {
  // In halves, so that this is called often and compiled as a whole. A loop that is entered seldom and runs long is
  // compiled anew while it runs, each time, and after some hundreds of times V8 gives up, which makes it 4.5 times slower.
  if (rounds > 1_000) {
    const half = rounds >> 1
    return spin(rounds - half, spin(half, from))
  }
  let state = from
  // Never more than 30 bits: a number that is small at times only is slow at times only.
  for (let round = 0; round < rounds; round += 1) state = (Math.imul(state, 1_664_525) + 1_013_904_223) & 0x3fffffff
  return state
}
