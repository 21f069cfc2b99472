import type { Mark, Track, Tracks } from '../state/tracks.ts'

/** The rows at a time: agents in the order of their first event, then threads by number. */
export function visibleTracks({ tracks }: Tracks, now: number): readonly Track[] {
  const all = [...tracks.values()].filter((track) => startOf(track) <= now)
  const of = (kind: Track['kind']): Track[] => all.filter((track) => track.kind === kind)
  return [...of('agent'), ...of('worker').toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))]
}

function startOf({ bars, marks }: Track): number {
  return Math.min(bars[0]?.startedAt ?? Infinity, marks[0]?.at ?? Infinity)
}

/** Counts of what happened in a period. */
export interface RangeSummary {
  readonly agents: number
  readonly runs: number
  readonly failed: number
  readonly workMs: number
  readonly reads: number
  readonly writes: number
  readonly reuses: number
}

/** Counts what happened in a period. Working time counts as far as it overlaps the period. */
export function summarize(tracks: readonly Track[], from: number, to: number): RangeSummary {
  let [agents, runs, failed, workMs, reads, writes, reuses] = [0, 0, 0, 0, 0, 0, 0]
  for (const { kind, bars, marks } of tracks) {
    if (kind === 'worker') continue
    const inside = bars.filter(({ startedAt, endedAt = to }) => startedAt < to && endedAt > from)
    const marksInside = marks.filter(({ at }) => at >= from && at <= to)
    if (inside.length + marksInside.length > 0) agents += 1
    runs += inside.length
    failed += inside.filter(({ outcome }) => outcome === 'failed').length
    for (const { startedAt, endedAt = to } of inside) workMs += Math.min(endedAt, to) - Math.max(startedAt, from)
    reads += sumOf(marksInside, 'read')
    writes += sumOf(marksInside, 'write')
    reuses += sumOf(marksInside, 'reuse')
  }
  return { agents, runs, failed, workMs, reads, writes, reuses }
}

/** How often something happened. */
export function sumOf(marks: readonly Mark[], kind: Mark['kind']): number {
  return marks.reduce((sum, mark) => sum + (mark.kind === kind ? mark.count : 0), 0)
}
