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
export function spin(rounds: number): number {
  let state = 1
  // Never more than 30 bits: a number that is small at times only is slow at times only.
  for (let round = 0; round < rounds; round += 1) state = (Math.imul(state, 1_664_525) + 1_013_904_223) & 0x3fffffff
  return state
}
