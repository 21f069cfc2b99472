/** What happens to work whose signal is aborted. */
export interface GracefulAbort {
  readonly graceMs: number
  /** Asks the work to stop. */
  readonly request: (reason: unknown) => void
  /** Stops it, after the grace period. */
  readonly force: () => void
}

/**
 * When the signal is aborted, first asks the work to stop, and forces it to when it does not within the grace period.
 *
 * @returns a promise that rejects with the signal's reason once the work was forced to stop; `cancel` it when the work
 * has ended.
 */
export function abortWithGrace(
  signal: AbortSignal,
  { graceMs, request, force }: GracefulAbort,
): { readonly forced: Promise<never>; cancel(): void } {
  const { promise: forced, reject } = Promise.withResolvers<never>()
  // Nobody may be waiting any more when the grace period ends.
  forced.catch(() => {})
  let grace: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    request(signal.reason)
    grace = setTimeout(() => {
      reject(signal.reason as Error)
      force()
    }, graceMs)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  return {
    forced,
    cancel: () => {
      clearTimeout(grace)
      signal.removeEventListener('abort', onAbort)
    },
  }
}
