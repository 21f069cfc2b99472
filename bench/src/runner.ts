import { cpus, loadavg } from 'node:os'

/** One way of doing the thing that a question asks about. */
export interface Contender {
  readonly name: string
  /** Does it `times` times; returns something made of the results, so that none can be optimised away. */
  run(times: number): unknown
  /** Whether `run` returns the median time that one took, in nanoseconds, for what is not all that it does. */
  readonly tellsTime?: boolean
  /** Throws when its answers are wrong. Called once, before anything is timed. */
  check(): Promise<void> | void
}

/** A question, with the contenders that answer it in turns. */
export interface Question {
  readonly name: string
  /** What a figure of it means. */
  readonly unit: string
  /** How often a contender does it in one turn. */
  readonly times: number
  readonly contenders: readonly Contender[]
  /** Which contender is held against which, and how many times its time is asked for at most. */
  readonly ratios: readonly Ratio[]
  close?(): Promise<void>
}

/** How two contenders compare: `of` takes so many times as long as `to`. */
export interface Ratio {
  readonly of: string
  readonly to: string
  readonly most: number
}

/** What was measured of one contender, in nanoseconds per time. */
export interface Measured {
  readonly name: string
  readonly median: number
  readonly least: number
  /** Half of the turns lie between these two. */
  readonly quartiles: readonly [number, number]
}

/** The answer to a question. */
export interface Answer {
  readonly question: string
  readonly unit: string
  readonly measured: readonly Measured[]
  readonly ratios: readonly Verdict[]
}

/** A ratio of medians, and whether it keeps what is asked for; `unclear` when the turns differ too much to say. */
export interface Verdict extends Ratio {
  readonly ratio: number
  readonly verdict: 'kept' | 'missed' | 'unclear'
}

/**
 * Lets the contenders take turns, so that what else the machine does hits all
 * of them alike, and compares their medians.
 *
 * @param rounds - Turns that each contender gets, after three that do not count.
 */
export async function ask(question: Question, rounds: number): Promise<Answer> {
  for (const contender of question.contenders) await contender.check()
  const turns = new Map<string, number[]>(question.contenders.map(({ name }) => [name, []]))
  for (let round = -3; round < rounds; round += 1) {
    for (const contender of rotated(question.contenders, round + 3)) {
      const startedAt = process.hrtime.bigint()
      const result = await contender.run(question.times)
      const elapsed = Number(process.hrtime.bigint() - startedAt) / question.times
      const took = contender.tellsTime ? Number(result) : elapsed
      // What nobody looks at, a compiler may leave out.
      if (result === undefined) throw new Error(`${contender.name} gave nothing back.`)
      if (round >= 0) turns.get(contender.name)?.push(took)
    }
  }
  const measured = [...turns].map(([name, took]) => summary(name, took))
  const ratios = question.ratios.map((ratio) => judge(ratio, measured))
  return { question: question.name, unit: question.unit, measured, ratios }
}

/** Clear is what would be judged alike at the worst and at the best of the middle half of the turns. */
function judge(ratio: Ratio, measured: readonly Measured[]): Verdict {
  const [own, other] = [ratio.of, ratio.to].map((name) => measured.find((one) => one.name === name))
  if (!own || !other) throw new Error(`No contender is named ${own ? ratio.to : ratio.of}.`)
  const best = own.quartiles[0] / other.quartiles[1]
  const worst = own.quartiles[1] / other.quartiles[0]
  const isClear = best > ratio.most || worst <= ratio.most
  const verdict = isClear ? (worst <= ratio.most ? 'kept' : 'missed') : 'unclear'
  return { ...ratio, ratio: own.median / other.median, verdict }
}

/** What the figures were measured on. */
export function machine(): Record<string, unknown> {
  const processors = cpus()
  return { node: process.version, processors: processors.length, model: processors[0]?.model, load: loadavg()[0] }
}

function summary(name: string, took: readonly number[]): Measured {
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { name, median: at(0.5), least: at(0), quartiles: [at(0.25), at(0.75)] }
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  return items.map((_, index) => items[(index + by) % items.length] as Item)
}
