import type { Call } from './history-operation.ts'
import type { Violation } from './history-violation.ts'

/** A sequential specification: how an object behaves if calls come one at a time. */
export interface Model<State, Op> {
  readonly initial: State
  /**
   * Returns the state after a call, or `undefined` if the call can't have had its
   * result in this state. For a call that was never answered: the state if it
   * took effect.
   *
   * Must be pure. States are plain data unless `nameState` tells them apart.
   */
  step(state: State, operation: Op): State | undefined
  /**
   * Returns the same text for equal states, and different texts for others.
   *
   * @defaultValue the state as JSON
   */
  nameState?(state: State): string
}

/** Options of {@link searchLinearization} and {@link checkModel}. */
export interface SearchOptions {
  /**
   * How many situations to visit before giving up the search.
   *
   * @defaultValue 1_000_000
   */
  readonly maxSituations?: number
}

/** The result of a search. */
export interface SearchResult<Op> {
  /** Whether some order fits the model and the clock; `undecided` if the search reached its limit. */
  readonly outcome: 'linearizable' | 'not-linearizable' | 'undecided'
  /** Such an order, or the longest prefix found. Unanswered calls are part of it only if they must have happened. */
  readonly order: readonly Op[]
  /** The calls that may come next by the clock, but not by the model. */
  readonly stuck: readonly Op[]
}

/** A situation of the search, with the candidates to try in it. */
interface Situation<State> {
  readonly state: State
  /** All answered calls with a lower index are in the order already. */
  readonly low: number
  readonly candidates: readonly number[]
  tried: number
  /** The call that led here. */
  readonly from: number
}

/**
 * Searches for an order of calls that fits the model and the clock: the model
 * gives each call its result, and no call comes before one that had ended when it
 * started.
 *
 * The search follows Wing and Gong (1993): in each situation, any call may come
 * next that started before the first of the remaining ones ended. Lowe's memo
 * (2017) visits each situation, the calls in the order plus the resulting state,
 * only once. Calls that end first are tried first. Calls that were never answered
 * are tried last and may be left out.
 *
 * The search takes exponential time in the worst case. Use it for up to some 500
 * calls. For histories whose successes name versions, `checkHistory` is faster.
 *
 * @param operations - The calls on one object; check several objects one by one.
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

  /** The calls that may come next. */
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

  /** A name that identifies the situation. */
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
    // An unanswered call that changes nothing can be left out.
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
 * Finds the keys of a history that are not linearizable by a model; returns none
 * for a correct history. It checks each key by itself, which is enough (Herlihy
 * and Wing, 1990).
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
    const finding =
      outcome === 'undecided'
        ? `the search for an order of ${operations.length} calls reached its limit`
        : `no order explains more than ${order.length} of ${operations.length} calls; the next one can't be by ${who}`
    return { kind: outcome, key, operations: stuck, sentence: `"${key}": ${finding}.` }
  })
}
