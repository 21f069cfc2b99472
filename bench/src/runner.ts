import { loadavg } from 'node:os'

import { judge, summary } from './judge.ts'
import type { Measured, Verdict } from './judge.ts'
import type { Asking, Kind, Question } from './question.ts'

/** The answer to a question. */
export interface Answer {
  readonly question: string
  readonly unit: string
  readonly kind: Kind
  /** Turns of each contender that counted. */
  readonly rounds: number
  readonly measured: readonly Measured[]
  readonly ratios: readonly Verdict[]
  /** Processes that wanted a processor, on the average of a minute, before and after. */
  readonly load: readonly [number, number]
  readonly seconds: number
}

/** Turns that a question goes on for at least, whatever time it takes. */
const fewest = 5

/**
 * Lets the contenders take turns, so that what else the machine does hits all
 * of them alike, and compares their medians.
 *
 * @param onTurn - Told whose turn begins: who never ends can be named and ended.
 */
export async function ask(
  question: Question,
  { quick }: Asking,
  onTurn: (contender: string) => void = () => {},
): Promise<Answer> {
  const startedAt = performance.now()
  const before = load()
  const { contenders, kind = 'time', times, budgetMs = 5_000 } = question
  const [most, warmUps] = quick ? [1, 0] : [question.rounds ?? 31, question.warmUps ?? 3]
  for (const contender of contenders) {
    onTurn(contender.name)
    await named(contender.name, () => contender.check())
  }
  const turns = new Map<string, number[]>(contenders.map(({ name }) => [name, []]))
  const measuredAt = performance.now()
  let rounds = 0
  for (let round = -warmUps; round < most; round += 1) {
    if (rounds >= fewest && performance.now() - measuredAt > budgetMs) break
    for (const contender of rotated(contenders, round + warmUps)) {
      onTurn(contender.name)
      const beganAt = process.hrtime.bigint()
      const result = await named(contender.name, () => contender.run(times))
      const elapsed = Number(process.hrtime.bigint() - beganAt) / times
      // What nobody looks at, a compiler may leave out.
      if (result === undefined) throw new Error(`${contender.name} gave nothing back.`)
      if (round >= 0) turns.get(contender.name)?.push(contender.tellsFigure ? Number(result) : elapsed)
    }
    if (round >= 0) rounds += 1
  }
  const measured = [...turns].map(([name, figures]) => summary(name, figures))
  const judged = question.ratios.filter((ratio) => takesPart(ratio, turns)).map((ratio) => judge(ratio, measured))
  return {
    question: question.name,
    unit: question.unit,
    kind,
    rounds,
    measured,
    // One turn tells no time: then only what is counted is judged.
    ratios: quick && kind !== 'count' ? [] : judged,
    load: [before, load()],
    seconds: (performance.now() - startedAt) / 1_000,
  }
}

/** Who had to be left out is held against nobody. */
function takesPart({ of, to }: Question['ratios'][number], turns: ReadonlyMap<string, unknown>): boolean {
  return turns.has(of) && (to === undefined || turns.has(to))
}

/** Errors say whose they are. */
async function named<Result>(name: string, work: () => Result): Promise<Awaited<Result>> {
  try {
    return await work()
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

function load(): number {
  return loadavg()[0] ?? Number.NaN
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  return items.map((_, index) => items[(index + by) % items.length] as Item)
}
