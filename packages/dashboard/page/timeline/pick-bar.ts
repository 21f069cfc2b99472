import { barTop } from './lanes.ts'
import type { Lane } from './lanes.ts'
import type { Bar, Track } from '../state/tracks.ts'

/** A run that is pointed at or chosen, in the row of an agent or a thread. */
export interface PickedBar {
  readonly track: Track
  readonly bar: Bar
}

/** When a run ended, or as far as it has come. */
export function endOf({ startedAt, endedAt }: Bar, now: number): number {
  return Math.max(startedAt, Math.min(endedAt ?? now, now))
}

/**
 * The run under a pointer: of those that share the place the one that began last.
 *
 * @param y - From the top of the lane.
 * @param slackMs - What a pointer covers, each way: short runs are narrow.
 */
export function barAt(lane: Lane, y: number, at: number, { now, slackMs }: { now: number; slackMs: number }) {
  const isAt = (bar: Bar): boolean => {
    const top = barTop(lane, bar)
    const isInside = y >= top - 1 && y < top + lane.step - 1
    return isInside && bar.startedAt <= Math.min(now, at + slackMs) && endOf(bar, now) >= at - slackMs
  }
  const bar = lane.track.bars.findLast(isAt)
  return bar && { track: lane.track, bar }
}

/** Where to go from a chosen run: along its row, or to the rows beside it. */
export type Way = 'before' | 'after' | 'above' | 'below'

/** The run beside a chosen one; the newest of all when none is chosen. Stays where there is no further one. */
export function nextBar(
  lanes: readonly Lane[],
  from: PickedBar | undefined,
  way: Way,
  now: number,
): PickedBar | undefined {
  const begun = (track: Track): readonly Bar[] =>
    track.bars.filter(({ startedAt }) => startedAt <= now).toSorted((a, b) => a.startedAt - b.startedAt)
  const index = lanes.findIndex(({ track }) => track.kind === from?.track.kind && track.id === from.track.id)
  if (!from || index === -1) {
    const newest = lanes.flatMap(({ track }) =>
      begun(track)
        .slice(-1)
        .map((bar) => ({ track, bar })),
    )
    return newest.toSorted((a, b) => b.bar.startedAt - a.bar.startedAt)[0]
  }
  const { track, bar } = from
  if (way === 'before' || way === 'after') {
    const bars = begun(track)
    const next = bars[bars.indexOf(bar) + (way === 'after' ? 1 : -1)]
    return next ? { track, bar: next } : from
  }
  const others = way === 'below' ? lanes.slice(index + 1) : lanes.slice(0, index).toReversed()
  for (const other of others) {
    const bars = begun(other.track)
    const nearest = bars.toSorted((a, b) => distance(a, bar) - distance(b, bar))[0]
    if (nearest) return { track: other.track, bar: nearest }
  }
  return from
}

function distance(one: Bar, other: Bar): number {
  return Math.abs(one.startedAt - other.startedAt)
}

/** What an agent did in a stretch of time. */
export interface Meanwhile {
  readonly read: number
  readonly write: number
  readonly reuse: number
}

/** Events come nearly in the order in which they happened: no later than this, in milliseconds. */
const lateMs = 10_000

export function meanwhile(track: Track | undefined, from: number, to: number): Meanwhile {
  const counts = { read: 0, write: 0, reuse: 0 }
  const marks = track?.marks ?? []
  for (let index = marks.length - 1; index >= 0; index -= 1) {
    const mark = marks[index]
    if (!mark || mark.at < from - lateMs) break
    if (mark.at < from || mark.at > to || mark.kind === 'state' || mark.kind === 'ask') continue
    counts[mark.kind] += 1
  }
  return counts
}
