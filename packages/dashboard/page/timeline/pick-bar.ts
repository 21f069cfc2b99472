import type { Bar, Track } from '../state/tracks.ts'
import { barTop } from './lanes.ts'
import type { Lane } from './lanes.ts'

/** A hovered or selected run, in the row of an agent or a thread. */
export interface PickedBar {
  readonly track: Track
  readonly bar: Bar
}

/** When a run ended; for a running one the current time. */
export function endOf({ startedAt, endedAt }: Bar, now: number): number {
  return Math.max(startedAt, Math.min(endedAt ?? now, now))
}

/**
 * The run at a point; among overlapping ones the one that started last.
 *
 * @param y - From the top of the lane.
 * @param slackMs - Tolerance in each direction, since short runs are narrow.
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

/** A step from a selected run: along its row, or to a neighboring row. */
export type Direction = 'before' | 'after' | 'above' | 'below'

/** The run next to a selected one; without a selection the newest of all, at the edge the same one. */
export function nextBar(
  lanes: readonly Lane[],
  from: PickedBar | undefined,
  direction: Direction,
  now: number,
): PickedBar | undefined {
  const started = (track: Track): readonly Bar[] =>
    track.bars.filter(({ startedAt }) => startedAt <= now).toSorted((a, b) => a.startedAt - b.startedAt)
  const index = lanes.findIndex(({ track }) => track.kind === from?.track.kind && track.id === from.track.id)
  if (!from || index === -1) {
    const newest = lanes.flatMap(({ track }) =>
      started(track)
        .slice(-1)
        .map((bar) => ({ track, bar })),
    )
    return newest.toSorted((a, b) => b.bar.startedAt - a.bar.startedAt)[0]
  }
  const { track, bar } = from
  if (direction === 'before' || direction === 'after') {
    const bars = started(track)
    const next = bars[bars.indexOf(bar) + (direction === 'after' ? 1 : -1)]
    return next ? { track, bar: next } : from
  }
  const others = direction === 'below' ? lanes.slice(index + 1) : lanes.slice(0, index).toReversed()
  for (const other of others) {
    const bars = started(other.track)
    const nearest = bars.toSorted((a, b) => distance(a, bar) - distance(b, bar))[0]
    if (nearest) return { track: other.track, bar: nearest }
  }
  return from
}

function distance(one: Bar, other: Bar): number {
  return Math.abs(one.startedAt - other.startedAt)
}

/** What an agent did in a period. */
export interface MarkCounts {
  readonly read: number
  readonly write: number
  readonly reuse: number
}

/** Events arrive nearly in order, at most this late, in milliseconds. */
const lateMs = 10_000

/** Counts what an agent did in a period. */
export function countMarks(track: Track | undefined, from: number, to: number): MarkCounts {
  const counts = { read: 0, write: 0, reuse: 0 }
  const marks = track?.marks ?? []
  for (let index = marks.length - 1; index >= 0; index -= 1) {
    const mark = marks[index]
    if (!mark || mark.at < from - lateMs) break
    if (mark.at < from || mark.at > to || mark.kind === 'state' || mark.kind === 'ask') continue
    counts[mark.kind] += mark.count
  }
  return counts
}
