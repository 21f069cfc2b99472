import type { EventPage } from '../protocol/protocol.ts'
import type { RingEntry } from './event-ring.ts'
import { formatPosition } from './position.ts'
import type { Place } from './position.ts'
import type { SceneHub } from './scene-hub.ts'

/**
 * The past after a place, page by page: what the feed tells, and in between, by
 * the time, what is remembered of the flock's own events.
 *
 * @param limit - Entries of the feed to look through.
 * @throws StoreError
 */
export async function eventsAfter(hub: SceneHub, after: Place, limit: number): Promise<EventPage> {
  const newestLive = hub.live
  const page = await hub.view.feed.read({ after: after.seq, limit, withRecords: true })
  const hasMore = page.seq < page.last
  const fromFeed = hub.toEntries(page, after.live)
  const untilAt = hasMore ? (fromFeed.at(-1)?.event.at ?? 0) : Number.POSITIVE_INFINITY
  const fromFlock = liveAfter(hub, after.live, newestLive, untilAt)
  const live = Math.max(fromFlock.at(-1)?.live ?? 0, after.live, Math.min(hub.ring.droppedLive, newestLive))
  return {
    events: mergeByTime(fromFeed, fromFlock, after).map(({ event }) => event),
    next: formatPosition({ seq: page.seq, live, life: hub.life }),
    hasMore,
    trimmed: page.trimmed || hub.ring.droppedLive > after.live,
  }
}

function liveAfter({ ring }: SceneHub, after: number, newest: number, untilAt: number): readonly RingEntry[] {
  const entries: RingEntry[] = []
  for (let index = ring.first; index < ring.end; index += 1) {
    const entry = ring.at(index)
    if (entry.live <= after) continue
    if (entry.live > newest || entry.event.at > untilAt) break
    entries.push(entry)
  }
  return entries
}

/** Both are in order already, and stay so; positions grow along the whole. */
function mergeByTime(first: readonly RingEntry[], second: readonly RingEntry[], after: Place): readonly RingEntry[] {
  let { seq, live } = after
  const merged: RingEntry[] = []
  const add = (entry: RingEntry): void => {
    seq = Math.max(seq, entry.seq)
    live = Math.max(live, entry.live)
    const position = formatPosition({ seq, live, life: after.life })
    merged.push({ ...entry, event: { ...entry.event, position } })
  }
  let index = 0
  for (const entry of first) {
    for (; index < second.length; index += 1) {
      const other = second[index] as RingEntry
      if (other.event.at > entry.event.at) break
      add(other)
    }
    add(entry)
  }
  for (const entry of second.slice(index)) add(entry)
  return merged
}
