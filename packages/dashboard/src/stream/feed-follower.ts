import { setTimeout as pause } from 'node:timers/promises'

import { MemoryClosedError } from '@skein/memory'
import { outlast, warn } from '@skein/memory/runtime'
import type { Feed, FeedPage } from '@skein/memory/runtime'

/** Pause before the next attempt after the store failed, in milliseconds. */
const retryMs = 500

/** Receives what a follower reads. */
export interface FollowerListener {
  onPage(page: FeedPage): void
  /** The feed dropped this many entries before the follower read them. */
  onTrimmed(count: number): void
  /** The store lost its data: the positions of the feed begin again. */
  onReset(): void
}

/** Where and how often a follower reads. */
export interface FollowOptions {
  /** The position after which to begin. */
  readonly after: number
  /** Least time between two reads, in milliseconds, so that one read covers many small writes. */
  readonly minIntervalMs: number
}

/**
 * Follows the feed until aborted, through outages of the store. Any other failure
 * becomes a warning, and the follower tries again from the same position.
 */
export async function followFeed(
  feed: Feed,
  { after, minIntervalMs }: FollowOptions,
  listener: FollowerListener,
  signal: AbortSignal,
): Promise<void> {
  let position = after
  let incarnation: string | undefined
  while (!signal.aborted) {
    try {
      const mark = feed.mark()
      const { erasures } = feed
      const page = await outlast(() => feed.read({ after: position, withRecords: true }), { signal })
      if (signal.aborted) return
      // It may hold what was forgotten meanwhile.
      if (feed.erasures !== erasures) continue
      const isOtherIncarnation = incarnation !== undefined && page.incarnation !== incarnation
      incarnation = page.incarnation
      if (isOtherIncarnation || page.last < position) {
        position = 0
        listener.onReset()
        continue
      }
      if (page.trimmed && page.first !== undefined) listener.onTrimmed(page.first - position - 1)
      position = page.seq
      listener.onPage(page)
      if (page.seq < page.last) continue
      const nextReadAt = performance.now() + minIntervalMs
      await feed.untilNews(mark, signal)
      await pause(Math.max(0, nextReadAt - performance.now()), undefined, { signal })
    } catch (error) {
      if (signal.aborted || error instanceof MemoryClosedError) return
      warn(error)
      await pause(retryMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }
}
