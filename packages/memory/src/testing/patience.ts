/**
 * How long a case of the suite waits for what must happen, in milliseconds: much longer than a
 * busy machine needs, and shorter than a test may take, so that a fault of a store is named.
 */
const patienceMs = 10_000

/** Asks again and again until something is so. @throws Error that says what is not. */
export async function until(isSo: () => unknown, what: string): Promise<void> {
  const end = performance.now() + patienceMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`Waited ${patienceMs / 1_000} s, and still ${what} is not so.`)
    // A pause leaves the processor to what is waited for.
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Waits for what must settle. @throws Error that says what does not. */
export async function within<Result>(promise: Promise<Result>, what: string): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Error(`Waited ${patienceMs / 1_000} s, and still ${what} is not so.`)),
    patienceMs,
  )
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
