import { randomUUID } from 'node:crypto'

import { OptionError } from '@skein/memory'
import type { StateChange } from '@skein/memory/runtime'

/** What may be used up; what is left out is not limited. */
export interface Budget {
  /** Input and output together. */
  readonly tokens?: number
  /** US dollars. A model whose price is not known can't be called under such a budget. */
  readonly usd?: number
  /** Calls that reach the model; answers from the memory are free. */
  readonly calls?: number
  /** Time since the first call, in milliseconds. */
  readonly wallMs?: number
}

/** A budget, and whose it is: all who name the same id in a space use it up together. */
export interface BudgetScope extends Budget {
  readonly id: string
}

/** One of the things that a budget limits. */
export type BudgetMeasure = keyof Budget

/** What a call takes, or is expected to. */
export interface Spending {
  readonly tokens: number
  readonly usd: number
}

/** What has been used up of a budget, as all threads and processes of a space see it. */
export interface BudgetState {
  /** When the first call was made; Unix milliseconds, by the store's clock. */
  readonly startedAt: number
  readonly spent: Spending & { readonly calls: number }
  /** Calls under way, with what they may take; one that is not renewed until then counts no more. */
  readonly open: Readonly<Record<string, Spending & { readonly until: number }>>
}

/** A limit that a call would exceed, or has. */
export interface Excess {
  readonly measure: BudgetMeasure
  /** Used up, with what the call takes or was expected to take. */
  readonly spent: number
  readonly limit: number
}

/**
 * Whether a call may begin; or how long it has to wait at most, until calls
 * under way have ended, which may take less than was set aside for them; or
 * which limit it would exceed even so.
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

const measures = ['tokens', 'usd', 'calls', 'wallMs'] as const

/**
 * Gives a budget a name of its own, unless it has one.
 *
 * @param kind - Whose it is: the name begins with it.
 * @throws OptionError when a limit is no number above 0.
 */
export function budgetScope(budget: Budget & { readonly id?: string }, kind = 'run'): BudgetScope {
  for (const measure of measures) {
    const limit = budget[measure]
    if (limit !== undefined && !(Number.isFinite(limit) && limit > 0)) {
      throw new OptionError(`budget.${measure}`, 'a number above 0', limit)
    }
  }
  return { ...budget, id: budget.id ?? `${kind}/${randomUUID()}` }
}

/**
 * Sets aside what a call may take, unless that is more than is left: what was
 * only set aside for others is waited for, what they took is gone.
 *
 * What a killed process had set aside comes free when its lease ends.
 */
export function reserve(
  before: BudgetState | undefined,
  budget: Budget,
  { id, estimate, leaseMs }: ReserveStep,
  now: number,
): StateChange<BudgetState, Reservation> {
  const state = cleared(before, now)
  const asked: BudgetState = { ...state, open: { ...state.open, [id]: { ...estimate, until: now + leaseMs } } }
  if (!excessOf(asked, budget, now)) return { state: asked, result: { type: 'granted' } }
  const alone = excessOf({ ...asked, open: { [id]: { ...estimate, until: now } } }, budget, now)
  const ends = Object.values(state.open).map(({ until }) => until - now)
  const result: Reservation = alone
    ? { type: 'refused', excess: alone }
    : { type: 'wait', waitMs: Math.max(1, Math.min(...ends)) }
  return { state: before ?? state, result }
}

/** Books what a call took in place of what was set aside for it; tells which limit that exceeded. */
export function settle(
  before: BudgetState | undefined,
  budget: Budget,
  { id, used }: { readonly id: string; readonly used: Spending | undefined },
  now: number,
): StateChange<BudgetState, Excess | undefined> {
  const state = cleared(before, now)
  const { [id]: _, ...open } = state.open
  const { tokens, usd, calls } = state.spent
  const spent = used ? { tokens: tokens + used.tokens, usd: usd + used.usd, calls: calls + 1 } : state.spent
  const settled = { ...state, spent, open }
  // Others' calls under way have exceeded nothing yet.
  return { state: settled, result: excessOf({ ...settled, open: {} }, budget, now) }
}

/** Keeps what was set aside for a call, which goes on. */
export function renew(
  before: BudgetState | undefined,
  { id, estimate, leaseMs }: ReserveStep,
  now: number,
): StateChange<BudgetState, undefined> {
  const state = cleared(before, now)
  return {
    state: { ...state, open: { ...state.open, [id]: { ...estimate, until: now + leaseMs } } },
    result: undefined,
  }
}

function cleared(state: BudgetState | undefined, now: number): BudgetState {
  const { startedAt, spent, open } = state ?? { startedAt: now, spent: { tokens: 0, usd: 0, calls: 0 }, open: {} }
  return { startedAt, spent, open: Object.fromEntries(Object.entries(open).filter(([, { until }]) => until > now)) }
}

function excessOf({ startedAt, spent, open }: BudgetState, budget: Budget, now: number): Excess | undefined {
  const underWay = Object.values(open)
  const used = {
    tokens: underWay.reduce((sum, { tokens }) => sum + tokens, spent.tokens),
    usd: underWay.reduce((sum, { usd }) => sum + usd, spent.usd),
    calls: spent.calls + underWay.length,
    wallMs: now - startedAt,
  }
  const measure = measures.find((name) => used[name] > (budget[name] ?? Number.POSITIVE_INFINITY))
  return measure && { measure, spent: used[measure], limit: budget[measure] as number }
}
