import { setTimeout as pause } from 'node:timers/promises'

import { MemoryClosedError } from '@skein/memory'
import type { Feed, FeedPage } from '@skein/memory/runtime'

/** Pause before the feed is read again when the store failed, in milliseconds. */
const retryMs = 500

/** What a follower tells. */
export interface FollowerListener {
  page(page: FeedPage): void
  /** Entries of the feed that nobody will be shown: it no longer holds them. */
  lost(count: number): void
  /** The store lost its data: the feed counts from the start again. */
  begunAnew(): void
}

/** How a feed is followed. */
export interface FollowOptions {
  /** The position after which to begin. */
  readonly after: number
  /** The feed is asked at most so often, in milliseconds, so that many small writes are read together. */
  readonly paceMs: number
}

/**
 * Follows the feed from a position until it is aborted; what goes wrong with
 * the store is a warning, and the feed is read on from the same place.
 */
export async function followFeed(
  feed: Feed,
  { after, paceMs }: FollowOptions,
  listener: FollowerListener,
  signal: AbortSignal,
): Promise<void> {
  let position = after
  let incarnation: string | undefined
  while (!signal.aborted) {
    try {
      const mark = feed.mark()
      const page = await feed.read({ after: position, withRecords: true })
      if (signal.aborted) return
      const isAnother = incarnation !== undefined && page.incarnation !== incarnation
      incarnation = page.incarnation
      if (isAnother || page.last < position) {
        position = 0
        listener.begunAnew()
        continue
      }
      if (page.trimmed && page.first !== undefined) listener.lost(page.first - position - 1)
      position = page.seq
      listener.page(page)
      if (page.seq < page.last) continue
      const until = performance.now() + paceMs
      await feed.untilNews(mark, signal)
      await pause(Math.max(0, until - performance.now()), undefined, { signal })
    } catch (error) {
      if (signal.aborted || error instanceof MemoryClosedError) return
      process.emitWarning(error instanceof Error ? error : String(error))
      await pause(retryMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }
}
