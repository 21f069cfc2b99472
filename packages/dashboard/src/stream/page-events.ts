import type { EventPage } from '../protocol/protocol.ts'
import type { RingEntry } from './event-ring.ts'
import { formatPosition } from './position.ts'
import type { ParsedPosition } from './position.ts'
import type { SceneHub } from './scene-hub.ts'

/**
 * Reads the events after a position, page by page: the feed's entries, and by
 * time in between the flock's own events that the ring still holds.
 *
 * @param limit - Entries of the feed to read.
 * @throws StoreError
 */
export async function eventsAfter(hub: SceneHub, after: ParsedPosition, limit: number): Promise<EventPage> {
  const newestLiveSeq = hub.liveSeq
  const page = await hub.view.feed.read({ after: after.seq, limit, withRecords: true })
  const hasMore = page.seq < page.last
  const feedEntries = hub.toEntries(page, after.liveSeq)
  const untilAt = hasMore ? (feedEntries.at(-1)?.event.at ?? 0) : Number.POSITIVE_INFINITY
  const liveEntries = liveAfter(hub, after.liveSeq, newestLiveSeq, untilAt)
  const droppedLiveSeq = Math.min(hub.ring.droppedLiveSeq, newestLiveSeq)
  const liveSeq = Math.max(liveEntries.at(-1)?.liveSeq ?? 0, after.liveSeq, droppedLiveSeq)
  return {
    events: mergeByTime(feedEntries, liveEntries, after).map(({ event }) => event),
    next: formatPosition({ seq: page.seq, liveSeq, bootId: hub.bootId }),
    hasMore,
    trimmed: page.trimmed || hub.ring.droppedLiveSeq > after.liveSeq,
  }
}

function liveAfter({ ring }: SceneHub, after: number, newest: number, untilAt: number): readonly RingEntry[] {
  const entries: RingEntry[] = []
  for (let index = ring.first; index < ring.end; index += 1) {
    const entry = ring.at(index)
    if (entry.liveSeq <= after) continue
    if (entry.liveSeq > newest || entry.event.at > untilAt) break
    entries.push(entry)
  }
  return entries
}

/** Merges two ordered lists; both keep their order, and positions grow along the result. */
function mergeByTime(
  feedEntries: readonly RingEntry[],
  liveEntries: readonly RingEntry[],
  after: ParsedPosition,
): readonly RingEntry[] {
  let { seq, liveSeq } = after
  const merged: RingEntry[] = []
  const add = (entry: RingEntry): void => {
    seq = Math.max(seq, entry.seq)
    liveSeq = Math.max(liveSeq, entry.liveSeq)
    const position = formatPosition({ seq, liveSeq, bootId: after.bootId })
    merged.push({ ...entry, event: { ...entry.event, position } })
  }
  let index = 0
  for (const entry of feedEntries) {
    for (; index < liveEntries.length; index += 1) {
      const live = liveEntries[index] as RingEntry
      if (live.event.at > entry.event.at) break
      add(live)
    }
    add(entry)
  }
  for (const entry of liveEntries.slice(index)) add(entry)
  return merged
}
