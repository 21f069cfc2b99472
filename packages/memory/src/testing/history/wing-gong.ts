import type { Call } from './history-operation.ts'
import type { Violation } from './history-violation.ts'

/** What a thing would do if calls came one after the other. */
export interface Model<State, Op> {
  readonly initial: State
  /**
   * The state after a call, or `undefined` if in this state the call can't have
   * had the result that it tells. Of a call that was never answered: the state
   * if it took effect.
   *
   * Pure. States are plain data, or `nameState` tells them apart.
   */
  step(state: State, operation: Op): State | undefined
  /**
   * The same text for states that are the same, and for no others.
   *
   * @defaultValue their JSON
   */
  nameState?(state: State): string
}

/** Options of {@link searchLinearization} and {@link checkModel}. */
export interface SearchOptions {
  /**
   * Situations that are looked at before the search is given up.
   *
   * @defaultValue 1_000_000
   */
  readonly maxSituations?: number
}

/** What a search found. */
export interface SearchResult<Op> {
  /** Whether there is an order that fits the model and the clock; `undecided` when the search was given up. */
  readonly outcome: 'linearizable' | 'not-linearizable' | 'undecided'
  /** Such an order, or the longest beginning of one. Calls that were never answered stand in it where they must have happened. */
  readonly order: readonly Op[]
  /** What had started by then, and can't come next. */
  readonly stuck: readonly Op[]
}

/** A situation of the search, and what is left to try in it. */
interface Situation<State> {
  readonly state: State
  /** All answered calls before this one, by start, are in the order already. */
  readonly low: number
  readonly candidates: readonly number[]
  tried: number
  /** The call that led here. */
  readonly from: number
}

/**
 * Looks for an order of calls in which a model gives each the result that it
 * had, and in which no call comes before one that had ended when it started.
 *
 * The search of Wing and Gong (1993): in each situation every call may come
 * next that started before the first of the remaining ones ended. With Lowe's
 * memo (2017): a situation, which is what is in the order and the state that it
 * led to, is looked at once. Calls that end first are tried first, those that
 * were never answered last, and need not come at all.
 *
 * It takes exponential time at worst. For histories whose successes name
 * versions `checkHistory` needs none of it; this is for all others, up to some
 * 500 calls.
 *
 * @param operations - On one thing: several are judged one by one.
 */
export function searchLinearization<State, Op extends Call>(
  operations: Iterable<Op>,
  model: Model<State, Op>,
  { maxSituations = 1_000_000 }: SearchOptions = {},
): SearchResult<Op> {
  const calls = [...operations].toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0))
  const answered = calls.filter(({ endedAt }) => endedAt !== undefined)
  const lost = calls.filter(({ endedAt }) => endedAt === undefined)
  // Answered calls by start, then the others.
  const all = [...answered, ...lost]
  const starts = all.map(({ startedAt }) => Number(startedAt))
  const ends = all.map(({ endedAt }) => (endedAt === undefined ? Number.POSITIVE_INFINITY : Number(endedAt)))
  const taken = new Uint8Array(all.length)
  const nameState = (state: State): string => model.nameState?.(state) ?? JSON.stringify(state)

  /** What may come next. */
  const candidatesFrom = (low: number): number[] => {
    const next: number[] = []
    let firstEnd = Number.POSITIVE_INFINITY
    for (let index = low; index < answered.length && (starts[index] as number) <= firstEnd; index += 1) {
      if (taken[index]) continue
      next.push(index)
      firstEnd = Math.min(firstEnd, ends[index] as number)
    }
    next.sort((a, b) => (ends[a] as number) - (ends[b] as number))
    for (let index = answered.length; index < all.length && (starts[index] as number) <= firstEnd; index += 1) {
      if (!taken[index]) next.push(index)
    }
    return next
  }

  /** Names the situation. */
  const nameOf = (low: number, state: string): string => {
    const beyond: number[] = []
    for (let index = low; index < all.length; index += 1) if (taken[index]) beyond.push(index)
    return `${low} ${beyond.join(' ')}\n${state}`
  }

  const seen = new Set<string>()
  const path: Situation<State>[] = [{ state: model.initial, low: 0, candidates: candidatesFrom(0), tried: 0, from: -1 }]
  const orderOf = (): Op[] => path.slice(1).map(({ from }) => all[from] as Op)
  let best: SearchResult<Op> | undefined
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    if (top.low === answered.length) return { outcome: 'linearizable', order: orderOf(), stuck: [] }
    if (top.tried === 0 && path.length > (best?.order.length ?? -1) + 1) {
      best = { outcome: 'not-linearizable', order: orderOf(), stuck: top.candidates.map((index) => all[index] as Op) }
    }
    const index = top.candidates[top.tried]
    if (index === undefined) {
      path.pop()
      taken[top.from] = 0
      continue
    }
    top.tried += 1
    const state = model.step(top.state, all[index] as Op)
    if (state === undefined) continue
    const stateName = nameState(state)
    // A call that need not have happened and changes nothing leads nowhere.
    if (index >= answered.length && stateName === nameState(top.state)) continue
    taken[index] = 1
    let { low } = top
    while (low < answered.length && taken[low]) low += 1
    const situation = nameOf(low, stateName)
    if (seen.has(situation)) {
      taken[index] = 0
      continue
    }
    if (seen.size >= maxSituations) return { ...(best as SearchResult<Op>), outcome: 'undecided' }
    seen.add(situation)
    path.push({ state, low, candidates: candidatesFrom(low), tried: 0, from: index })
  }
  return best as SearchResult<Op>
}

/**
 * Finds the keys of a history that are not linearizable by a model; none when
 * all is well. Each key is judged by itself, which is enough (Herlihy and Wing, 1990).
 *
 * @example
 * ```ts
 * import { checkModel, counterModel } from '@skein/memory/testing'
 *
 * const history = [
 *   { process: 'ann', key: 'n', type: 'add', by: 1, startedAt: 1, endedAt: 4, result: 1 },
 *   { process: 'bob', key: 'n', type: 'add', by: 1, startedAt: 2, endedAt: 3, result: 1 },
 * ] as const
 * checkModel(history, counterModel).map(({ kind }) => kind) // => ['not-linearizable']
 * ```
 */
export function checkModel<State, Op extends Call>(
  history: Iterable<Op>,
  model: Model<State, Op>,
  options: SearchOptions = {},
): Violation<Op>[] {
  return [...Map.groupBy(history, ({ key }) => key)].flatMap(([key, operations]) => {
    const { outcome, order, stuck } = searchLinearization(operations, model, options)
    if (outcome === 'linearizable') return []
    const who = stuck.map(({ process }) => process).join(', ')
    const fact =
      outcome === 'undecided'
        ? `no order of ${operations.length} calls was found before the search was given up`
        : `after at most ${order.length} of ${operations.length} calls none that had started can come next: those of ${who}`
    return { kind: outcome, key, operations: stuck, sentence: `"${key}": ${fact}.` }
  })
}
