import type { Scene, SceneLink } from '../state/scene.ts'

/** A link that is visible. */
export interface ShownLink {
  readonly link: SceneLink
  /** By the page's clock. */
  readonly shownAt: number
}

/** How long a link is visible, in milliseconds. */
export const linkMs = 2_600
const maxLinks = 110
/** Under load, least time before another link replaces it, in milliseconds. */
const minMs = 700

/**
 * The links that are drawn. Of thousands of reads this is a sample, each visible
 * long enough to be noticed.
 */
export class ShownLinks {
  readonly all: ShownLink[] = []
  #last = 0

  /** Adds new reads of the scene. @param now - By the clock of the scene. */
  take({ links, count }: Scene, now: number): void {
    const isRewound = count < this.#last
    if (isRewound) this.all.length = 0
    const first = this.all[0]
    if (first && now - first.shownAt > linkMs) {
      const alive = this.all.findIndex(({ shownAt }) => now - shownAt <= linkMs)
      this.all.splice(0, alive === -1 ? this.all.length : alive)
    }
    const fresh = links.filter(({ number, at }) => (isRewound || number > this.#last) && now - at < linkMs)
    this.#last = count
    for (const link of fresh.slice(-maxLinks)) {
      if (this.all.length >= maxLinks) {
        const oldest = this.all[0]
        if (oldest && now - oldest.shownAt < minMs) return
        this.all.shift()
      }
      this.all.push({ link, shownAt: now })
    }
  }
}
