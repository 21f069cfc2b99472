import type { Worker } from 'node:worker_threads'

const pollMs = 100

/**
 * Ends threads whose buffers take too much memory. Node limits the heap of a
 * thread, but not the buffers outside of it, with which one activity could
 * exhaust the whole process.
 */
export class BufferWatch implements Disposable {
  readonly #threads: () => readonly Worker[]
  readonly #maxBytes: number
  readonly #end: (thread: Worker, why: Error) => void
  readonly #timer: NodeJS.Timeout

  /** @param end - Called with a thread whose buffers are too large. */
  constructor(threads: () => readonly Worker[], maxMb: number, end: (thread: Worker, why: Error) => void) {
    this.#threads = threads
    this.#maxBytes = maxMb * 1_000_000
    this.#end = end
    this.#timer = setInterval(() => void this.#poll(), pollMs)
    this.#timer.unref()
  }

  async #poll(): Promise<void> {
    await Promise.all(
      this.#threads().map(async (thread) => {
        try {
          const { external_memory: bytes } = await thread.getHeapStatistics()
          if (bytes > this.#maxBytes) this.#end(thread, new Error(tooLarge(bytes, this.#maxBytes)))
        } catch {
          // It has ended meanwhile.
        }
      }),
    )
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}

function tooLarge(bytes: number, maxBytes: number): string {
  const mb = (size: number): string => `${Math.round(size / 1_000_000)} MB`
  return `its buffers took ${mb(bytes)}, more than the ${mb(maxBytes)} that a thread may (maxBufferMb)`
}
