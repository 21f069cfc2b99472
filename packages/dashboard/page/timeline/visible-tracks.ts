import type { Dropped, Mark, Track, Tracks } from '../state/tracks.ts'

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
  /** Whether a row no longer holds all of the period. */
  readonly isPart: boolean
}

/** What the rows no longer hold. */
export interface LeftOut {
  readonly rows: number
  readonly runs: number
  readonly marks: number
  /** The rows are complete after this time, Unix milliseconds. */
  readonly until: number
}

/** Sums what the rows no longer hold; `undefined` where they hold everything. */
export function leftOutOf(tracks: readonly Track[]): LeftOut | undefined {
  const cut = tracks.map(({ dropped }) => dropped).filter(({ until }) => until > 0)
  if (cut.length === 0) return undefined
  const marksOf = ({ marks }: Dropped): number => Object.values(marks).reduce((sum, count) => sum + count, 0)
  return {
    rows: cut.length,
    runs: cut.reduce((sum, { runs }) => sum + runs, 0),
    marks: cut.reduce((sum, one) => sum + marksOf(one), 0),
    until: Math.max(...cut.map(({ until }) => until)),
  }
}

/** Counts what happened in a period. Working time counts as far as it overlaps the period. */
export function summarize(tracks: readonly Track[], from: number, to: number): RangeSummary {
  let [agents, runs, failed, workMs, reads, writes, reuses] = [0, 0, 0, 0, 0, 0, 0]
  let isPart = false
  for (const { kind, bars, marks, dropped } of tracks) {
    if (kind === 'worker') continue
    isPart ||= dropped.until >= from && dropped.until > 0
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
  return { agents, runs, failed, workMs, reads, writes, reuses, isPart }
}

/** How often something happened. */
export function sumOf(marks: readonly Mark[], kind: Mark['kind']): number {
  return marks.reduce((sum, mark) => sum + (mark.kind === kind ? mark.count : 0), 0)
}
