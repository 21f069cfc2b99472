/** A promise that rejects when the signal is aborted. */
export function whenAborted(signal: AbortSignal): { promise: Promise<never>; cancel(): void } {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason as Error)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  // It may have no listener any longer.
  promise.catch(() => {})
  return { promise, cancel: () => signal.removeEventListener('abort', onAbort) }
}
