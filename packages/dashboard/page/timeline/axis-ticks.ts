import { clockStep, nextRound } from '../ui/round-ticks.ts'
import type { FoldedTime } from './folded-time.ts'

/** A label of the time axis. */
export interface AxisTick {
  /** Unix milliseconds, a round value of the viewer's clock. */
  readonly time: number
  /** Where it stands, in folded milliseconds. */
  readonly at: number
}

/** At most `count` ticks of a period of folded time, none of them within a fold. */
export function axisTicks(
  folded: FoldedTime,
  { from, to }: { readonly from: number; readonly to: number },
  count: number,
): readonly AxisTick[] {
  const spacing = (to - from) / count
  const step = clockStep(spacing)
  const ticks: AxisTick[] = []
  for (let next = Math.max(0, from); next <= to;) {
    const time = nextRound(folded.toTime(next), step)
    const at = folded.toFolded(time)
    if (!Number.isFinite(at)) break
    const fold = folded.folds.find(({ start, end }) => at > start && at < end)
    const last = ticks.at(-1)
    // Beside a fold, two might overlap.
    const isApart = last === undefined || at - last.at > spacing * 0.6
    if (!fold && at <= to && isApart) ticks.push({ time, at })
    // Past a fold, which may be days long, at once.
    next = fold && fold.end > next ? fold.end : Math.max(next, at) + 0.001
  }
  return ticks
}
