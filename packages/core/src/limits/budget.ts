import { randomUUID } from 'node:crypto'

import { OptionError } from '@skein/memory'
import { requireLifetime, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds, StateChange } from '@skein/memory/runtime'

/** Upper limits for the use of models; an omitted measure is not limited. */
export interface Budget {
  /** Input and output together. */
  readonly tokens?: number
  /** US dollars. A model with an unknown price can't be called under a budget with `usd`. */
  readonly usd?: number
  /** Calls that reach a model; answers from the memory are free. */
  readonly calls?: number
  /** Time since the first call, in milliseconds. */
  readonly wallMs?: number
}

/** A budget with an id: everyone who uses the same id in a space shares the budget. */
export interface BudgetScope extends Budget {
  readonly id: string
}

/** One of the measures that a budget limits. */
export type BudgetMeasure = keyof Budget

/** What a call uses, or is expected to use. */
export interface Spending {
  readonly tokens: number
  readonly usd: number
}

/** How much of a budget has been used up, as all threads and processes of a space see it. */
export interface BudgetState {
  /** When the first call was made; Unix milliseconds, by the store's clock. */
  readonly startedAt: number
  readonly spent: Spending & { readonly calls: number }
  /** Reservations of running calls; one that is not renewed in time expires `until` then. */
  readonly open: Readonly<Record<string, Spending & { readonly until: number }>>
}

/** A limit that a call would exceed, or has exceeded. */
export interface Excess {
  readonly measure: BudgetMeasure
  /** Used up, including what the call used or was expected to use. */
  readonly spent: number
  readonly limit: number
}

/**
 * Whether a call may begin (`granted`), has to wait for running calls, which may
 * use less than they have reserved (`wait`, for at most so long), or would exceed
 * a limit in any case (`refused`).
 */
export type Reservation =
  | { readonly type: 'granted' }
  | { readonly type: 'wait'; readonly waitMs: number }
  | { readonly type: 'refused'; readonly excess: Excess }

/** One step of a budget: see {@link reserve}. */
export interface ReserveStep {
  readonly id: string
  readonly estimate: Spending
  readonly leaseMs: number
}

const kinds: OptionKinds<BudgetScope> = { id: 'string', tokens: 'any', usd: 'any', calls: 'any', wallMs: 'any' }

const measures = ['tokens', 'usd', 'calls', 'wallMs'] as const

/**
 * Gives a budget an id of its own, unless it has one.
 *
 * @param kind - Prefix of the new id.
 * @throws OptionError when a limit is not a number above 0, or `wallMs` not an integer.
 *
 * @example
 * ```ts
 * import { budgetScope } from '@skein/core'
 *
 * budgetScope({ id: 'team', usd: 5 }) // => { id: 'team', usd: 5 }
 * budgetScope({ calls: 100 }).id.startsWith('run/') // => true
 * ```
 */
export function budgetScope(given: Budget & { readonly id?: string }, kind = 'run'): BudgetScope {
  const budget = requireOptions('budget', given, kinds, 'budget')
  for (const measure of measures) {
    const limit = budget[measure]
    if (measure === 'wallMs' && limit !== undefined) requireLifetime('budget.wallMs', limit)
    if (limit !== undefined && !(Number.isFinite(limit) && limit > 0)) {
      throw new OptionError(`budget.${measure}`, 'a number above 0', limit)
    }
  }
  return { ...budget, id: budget.id ?? `${kind}/${randomUUID()}` }
}

/** Each id once: what is given more than once keeps the smallest limit of each measure. */
export function mergeBudgets(budgets: readonly BudgetScope[]): readonly BudgetScope[] {
  const merged = new Map<string, BudgetScope>()
  for (const budget of budgets) merged.set(budget.id, smallest(merged.get(budget.id) ?? budget, budget))
  return [...merged.values()]
}

function smallest(one: BudgetScope, other: BudgetScope): BudgetScope {
  const limits = measures.flatMap((measure) => {
    const limit = Math.min(one[measure] ?? Number.POSITIVE_INFINITY, other[measure] ?? Number.POSITIVE_INFINITY)
    return limit === Number.POSITIVE_INFINITY ? [] : [[measure, limit]]
  })
  return { id: one.id, ...Object.fromEntries(limits) }
}

/**
 * Reserves what a call is expected to use, if that much is left. If other calls
 * have merely reserved too much, it has to wait; if they have used it up, it is
 * refused.
 *
 * A killed process's reservations are released when their leases end.
 */
export function reserve(
  before: BudgetState | undefined,
  budget: Budget,
  { id, estimate, leaseMs }: ReserveStep,
  now: number,
): StateChange<BudgetState, Reservation> {
  const state = withoutExpired(before, now)
  const reserved: BudgetState = { ...state, open: { ...state.open, [id]: { ...estimate, until: now + leaseMs } } }
  if (!excessOf(reserved, budget, now)) return { state: reserved, result: { type: 'granted' } }
  const alone = excessOf({ ...reserved, open: { [id]: { ...estimate, until: now } } }, budget, now)
  const ends = Object.values(state.open).map(({ until }) => until - now)
  const result: Reservation = alone
    ? { type: 'refused', excess: alone }
    : { type: 'wait', waitMs: Math.max(1, Math.min(...ends)) }
  return { state: before ?? state, result }
}

/** Books what a call used in place of its reservation; the result is the limit that this exceeded, if any. */
export function settle(
  before: BudgetState | undefined,
  budget: Budget,
  { id, used }: { readonly id: string; readonly used: Spending | undefined },
  now: number,
): StateChange<BudgetState, Excess | undefined> {
  const state = withoutExpired(before, now)
  const { [id]: _, ...open } = state.open
  const { tokens, usd, calls } = state.spent
  const spent = used ? { tokens: tokens + used.tokens, usd: usd + used.usd, calls: calls + 1 } : state.spent
  const settled = { ...state, spent, open }
  // Other calls that still run have exceeded nothing yet.
  return { state: settled, result: excessOf({ ...settled, open: {} }, budget, now) }
}

/** Renews the lease of a running call's reservation. */
export function renew(
  before: BudgetState | undefined,
  { id, estimate, leaseMs }: ReserveStep,
  now: number,
): StateChange<BudgetState, undefined> {
  const state = withoutExpired(before, now)
  return {
    state: { ...state, open: { ...state.open, [id]: { ...estimate, until: now + leaseMs } } },
    result: undefined,
  }
}

function withoutExpired(state: BudgetState | undefined, now: number): BudgetState {
  const { startedAt, spent, open } = state ?? { startedAt: now, spent: { tokens: 0, usd: 0, calls: 0 }, open: {} }
  return { startedAt, spent, open: Object.fromEntries(Object.entries(open).filter(([, { until }]) => until > now)) }
}

function excessOf({ startedAt, spent, open }: BudgetState, budget: Budget, now: number): Excess | undefined {
  const running = Object.values(open)
  const used = {
    tokens: running.reduce((sum, { tokens }) => sum + tokens, spent.tokens),
    usd: running.reduce((sum, { usd }) => sum + usd, spent.usd),
    calls: spent.calls + running.length,
    wallMs: now - startedAt,
  }
  const measure = measures.find((name) => used[name] > (budget[name] ?? Number.POSITIVE_INFINITY))
  return measure && { measure, spent: used[measure], limit: budget[measure] as number }
}
