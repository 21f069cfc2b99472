/**
 * Loads at once, and again after a pause, while a view is open. One request at a time: a slow server gets no more of
 * them, and an older answer replaces no newer one.
 *
 * @param load - Handles its own errors.
 * @param pauseMs - From the end of one request to the next, in milliseconds; `undefined` for no other.
 * @returns how to end that
 */
export function keepLoading(load: () => Promise<void>, pauseMs: () => number | undefined): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOpen = true
  const follow = async (): Promise<void> => {
    await load()
    const pause = pauseMs()
    if (isOpen && pause !== undefined) timer = setTimeout(() => void follow(), pause)
  }
  void follow()
  return () => {
    isOpen = false
    clearTimeout(timer)
  }
}
