/** Resolves when a signal aborts. Keeps the process alive until then, which a listener alone does not. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const keepAlive = setInterval(() => {}, 2 ** 30)
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  clearInterval(keepAlive)
}
