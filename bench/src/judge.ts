import type { Ratio } from './question.ts'

/** The measurements of one contender, per repetition. */
export interface Measured {
  readonly name: string
  readonly median: number
  readonly least: number
  /** The middle half of the turns lies between these two. */
  readonly quartiles: readonly [number, number]
}

/** A comparison with a target; `unclear` when the turns differ too much to decide. */
export interface Verdict extends Ratio {
  /** The ratio of the medians; `null` when the turns differ so much that one number would mean nothing. */
  readonly ratio: number | null
  /** The bounds that the middle halves of the turns allow. */
  readonly between: readonly [number, number]
  readonly verdict: 'met' | 'missed' | 'unclear'
}

/** A ratio whose bounds differ by more than this factor is given by its bounds alone. */
const widest = 3

/** Summarizes the turns of a contender. With a single turn, median and quartiles are equal. */
export function summary(name: string, figures: readonly number[]): Measured {
  const sorted = figures.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { name, median: at(0.5), least: at(0), quartiles: [at(0.25), at(0.75)] }
}

/** Decides about a target: clear only if the best and the worst of the middle halves agree. */
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
  const verdict = isClear ? (worst <= ratio.most ? 'met' : 'missed') : 'unclear'
  return {
    ...ratio,
    ratio: worst > widest * best ? null : own.median / other.median,
    between: [best, worst],
    verdict,
  }
}
