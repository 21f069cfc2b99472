import type { Ratio } from './question.ts'

/** What was measured of one contender, per time. */
export interface Measured {
  readonly name: string
  readonly median: number
  readonly least: number
  /** Half of the turns lie between these two. */
  readonly quartiles: readonly [number, number]
}

/** How a figure stands to what is asked for; `unclear` when the turns differ too much to say. */
export interface Verdict extends Ratio {
  /** Of the medians; `null` where the turns differ so much that one number would say nothing. */
  readonly ratio: number | null
  /** What the middle halves of the turns allow it to be. */
  readonly between: readonly [number, number]
  readonly verdict: 'kept' | 'missed' | 'unclear'
}

/** Between whose bounds lies more than this factor is told by its bounds alone. */
const widest = 3

/** Figures of one turn have no quartiles that differ: what they say is what was counted. */
export function summary(name: string, figures: readonly number[]): Measured {
  const sorted = figures.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { name, median: at(0.5), least: at(0), quartiles: [at(0.25), at(0.75)] }
}

/** Clear is what would be judged alike at the worst and at the best of the middle half of the turns. */
export function judge(ratio: Ratio, measured: readonly Measured[]): Verdict {
  const find = (name: string): Measured => {
    const found = measured.find((one) => one.name === name)
    if (!found) throw new Error(`No contender is named ${name}.`)
    return found
  }
  const own = find(ratio.of)
  const other = ratio.to === undefined ? { median: 1, quartiles: [1, 1] as const } : find(ratio.to)
  const best = own.quartiles[0] / other.quartiles[1]
  const worst = own.quartiles[1] / other.quartiles[0]
  const isClear = best > ratio.most || worst <= ratio.most
  const verdict = isClear ? (worst <= ratio.most ? 'kept' : 'missed') : 'unclear'
  return {
    ...ratio,
    ratio: worst > widest * best ? null : own.median / other.median,
    between: [best, worst],
    verdict,
  }
}
