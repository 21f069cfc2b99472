import type { Scene, SceneLink } from '../state/scene.ts'

/** A reuse that is still to be seen. */
export interface Thread {
  readonly link: SceneLink
  /** By the page's clock. */
  readonly shownAt: number
}

/** How long a thread is seen, in milliseconds. */
export const threadMs = 2_600
const mostThreads = 110
/** Under load a thread is seen at least so long before another takes its place. */
const leastMs = 700

/**
 * The threads that are drawn. Reads come by the thousand; what is shown of
 * them is a sample, each long enough to be seen.
 */
export class ThreadPool {
  readonly threads: Thread[] = []
  #last = 0

  /** Takes up new reads of the scene; `now` by the clock of the scene. */
  take({ links, count }: Scene, now: number): void {
    const isRewound = count < this.#last
    if (isRewound) this.threads.length = 0
    const first = this.threads[0]
    if (first && now - first.shownAt > threadMs) {
      const alive = this.threads.findIndex(({ shownAt }) => now - shownAt <= threadMs)
      this.threads.splice(0, alive === -1 ? this.threads.length : alive)
    }
    const fresh = links.filter(({ number, at }) => (isRewound || number > this.#last) && now - at < threadMs)
    this.#last = count
    for (const link of fresh.slice(-mostThreads)) {
      if (this.threads.length >= mostThreads) {
        const oldest = this.threads[0]
        if (oldest && now - oldest.shownAt < leastMs) return
        this.threads.shift()
      }
      this.threads.push({ link, shownAt: now })
    }
  }
}
