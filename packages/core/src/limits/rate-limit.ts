import { requireInteger, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds, StateChange } from '@skein/memory/runtime'

/** How often and how much a model may be called by everyone who shares a space; a limit left out does not apply. */
export interface RateLimits {
  /** Most calls that begin in any 60 seconds; up to a tenth of them at once. */
  readonly requestsPerMinute?: number
  /** Estimated before a call and corrected after it. */
  readonly tokensPerMinute?: number
  /** Most calls at the same time. */
  readonly parallel?: number
}

/** The state of a model's limits; times are Unix milliseconds by the store's clock. */
export interface LimitState {
  /** When all requests so far would have been made at an even pace; see {@link enter}. */
  readonly requestsAt: number
  readonly tokensAt: number
  /** No call begins before: the provider asked for a pause. */
  readonly heldUntil: number
  /** Running calls, and when the lease of each ends unless it is renewed. */
  readonly running: Readonly<Record<string, number>>
  /** Calls that wait for a running one to end, first come first served. */
  readonly waiting: readonly { readonly id: string; readonly until: number }[]
}

/** One call that wants to begin. */
export interface EnterStep {
  readonly id: string
  readonly tokens: number
  readonly leaseMs: number
}

/** When a call may begin, or how long it may wait at most before it asks again. */
export type Entry = { readonly startAt: number } | { readonly waitMs: number }

const kinds: OptionKinds<RateLimits> = { requestsPerMinute: 'any', tokensPerMinute: 'any', parallel: 'any' }

/** @throws OptionError when a limit is not an integer above 0. */
export function requireLimits(limits: RateLimits): void {
  requireOptions('limits', limits, kinds, 'limits')
  for (const name of ['requestsPerMinute', 'tokensPerMinute', 'parallel'] as const) {
    const limit = limits[name]
    if (limit !== undefined) requireInteger(`limits.${name}`, limit, 1)
  }
}

const fresh: LimitState = { requestsAt: 0, tokensAt: 0, heldUntil: 0, running: {}, waiting: [] }

/**
 * Lets a call begin, now or at a start time of its own, or puts it in the queue.
 *
 * Rates follow the generic cell rate algorithm (ITU-T I.371): each call moves
 * the theoretical arrival time (when all calls so far would have arrived at an
 * even pace), and may begin ahead of it by a burst. First come, first served.
 */
export function enter(
  before: LimitState | undefined,
  limits: RateLimits,
  step: EnterStep,
  now: number,
): StateChange<LimitState | undefined, Entry> {
  const { requestsPerMinute, tokensPerMinute, parallel } = limits
  const heldUntil = before?.heldUntil ?? 0
  if (requestsPerMinute === undefined && tokensPerMinute === undefined && parallel === undefined) {
    return { state: before, result: { startAt: Math.max(now, heldUntil) } }
  }
  const state = withoutExpired(before ?? fresh, now)
  const { id, leaseMs } = step
  // A call that asks again because of a pause keeps its place.
  if (parallel !== undefined && !(id in state.running)) {
    const first = state.waiting[0]
    const isFull = Object.keys(state.running).length >= parallel
    if (isFull || (first && first.id !== id)) return queued(before, state, step, now)
  }
  // A pause earns no burst: calls that waited for its end begin at the usual pace.
  const earliest = Math.max(now, heldUntil)
  const requests = pace(state.requestsAt, 1, requestsPerMinute, earliest)
  const tokens = pace(state.tokensAt, step.tokens, tokensPerMinute, earliest)
  const startAt = Math.ceil(Math.max(earliest, requests.startAt, tokens.startAt))
  const entered: LimitState = {
    requestsAt: requests.at,
    tokensAt: tokens.at,
    heldUntil,
    running: parallel === undefined ? state.running : { ...state.running, [id]: startAt + leaseMs },
    waiting: state.waiting.filter((other) => other.id !== id),
  }
  return { state: entered, result: { startAt } }
}

/**
 * Ends a call, and replaces its estimate by the tokens that it used.
 *
 * @param used - Left out for a call that never began: then it does not count.
 */
export function leave(
  before: LimitState | undefined,
  { requestsPerMinute, tokensPerMinute }: RateLimits,
  { id, tokens, used }: { readonly id: string; readonly tokens: number; readonly used: number | undefined },
): StateChange<LimitState | undefined, undefined> {
  if (!before) return { state: before, result: undefined }
  const { [id]: _, ...running } = before.running
  const tokensAt = before.tokensAt + ((used ?? 0) - tokens) * intervalOf(tokensPerMinute)
  const requestsAt = before.requestsAt - (used === undefined ? intervalOf(requestsPerMinute) : 0)
  const isChanged = id in before.running || tokensAt !== before.tokensAt || requestsAt !== before.requestsAt
  const waiting = before.waiting.filter((other) => other.id !== id)
  if (!isChanged && waiting.length === before.waiting.length) return { state: before, result: undefined }
  return { state: { ...before, tokensAt, requestsAt, running, waiting }, result: undefined }
}

/** Renews the lease of a running call. */
export function stay(
  before: LimitState | undefined,
  { id, leaseMs }: EnterStep,
  now: number,
): StateChange<LimitState | undefined, undefined> {
  if (!before || !(id in before.running)) return { state: before, result: undefined }
  return { state: { ...before, running: { ...before.running, [id]: now + leaseMs } }, result: undefined }
}

/** Lets no call begin for a while: the provider asked for it. */
export function hold(
  before: LimitState | undefined,
  pauseMs: number,
  now: number,
): StateChange<LimitState | undefined, undefined> {
  const state = before ?? fresh
  const heldUntil = now + pauseMs
  return { state: heldUntil > state.heldUntil ? { ...state, heldUntil } : before, result: undefined }
}

function queued(
  before: LimitState | undefined,
  state: LimitState,
  { id, leaseMs }: EnterStep,
  now: number,
): StateChange<LimitState | undefined, Entry> {
  const place = state.waiting.find((other) => other.id === id)
  const ends = [...Object.values(state.running), ...state.waiting.map(({ until }) => until)]
  // It is woken by a change or when an unrenewed lease ends, but in any case before its own place in the queue expires.
  const waitMs = Math.max(1, Math.min(...ends.map((until) => until - now), Math.floor(leaseMs / 3)))
  // A place renewed recently needs no write.
  if (place && place.until - now > leaseMs / 2) return { state: before, result: { waitMs } }
  const until = now + leaseMs
  const waiting = place
    ? state.waiting.map((other) => (other.id === id ? { id, until } : other))
    : [...state.waiting, { id, until }]
  return { state: { ...state, waiting }, result: { waitMs } }
}

function withoutExpired(state: LimitState, now: number): LimitState {
  const running = Object.entries(state.running).filter(([, until]) => until > now)
  return { ...state, running: Object.fromEntries(running), waiting: state.waiting.filter(({ until }) => until > now) }
}

/** A tenth of a minute's calls may begin at once; the rest is spread so that no minute sees more than the limit. */
function burstOf(perMinute: number): number {
  return Math.max(1, Math.ceil(perMinute / 10))
}

function intervalOf(perMinute: number | undefined): number {
  return perMinute === undefined ? 0 : 60_000 / (perMinute - burstOf(perMinute) + 1)
}

function pace(at: number, amount: number, perMinute: number | undefined, now: number): { startAt: number; at: number } {
  if (perMinute === undefined) return { startAt: now, at }
  const interval = intervalOf(perMinute)
  const ahead = Math.max(0, burstOf(perMinute) - amount) * interval
  const from = Math.max(at, now)
  return { startAt: from - ahead, at: from + amount * interval }
}
