import { OptionError } from '@skein/memory'
import type { StateChange } from '@skein/memory/runtime'

/** How often and how much a model may be asked by all who share a space; what is left out is not limited. */
export interface RateLimits {
  /** Never more than that begin in any 60 seconds; up to a tenth of them at once. */
  readonly requestsPerMinute?: number
  /** Estimated before a call and corrected after it. */
  readonly tokensPerMinute?: number
  /** Calls under way at the same time. */
  readonly parallel?: number
}

/** Where the calls of a model stand; times are Unix milliseconds by the store's clock. */
export interface LimitState {
  /** When all requests so far would have been made at an even pace. */
  readonly requestsAt: number
  readonly tokensAt: number
  /** Nothing begins before: the provider asked for a pause. */
  readonly heldUntil: number
  /** Calls under way, and when each counts no more unless it is renewed. */
  readonly running: Readonly<Record<string, number>>
  /** Who waits for one of these to end, first come first. */
  readonly waiting: readonly { readonly id: string; readonly until: number }[]
}

/** What one call asks for. */
export interface EnterStep {
  readonly id: string
  readonly tokens: number
  readonly leaseMs: number
}

/** When a call may begin, or how long it has to wait at most before it asks again. */
export type Entry = { readonly startAt: number } | { readonly waitMs: number }

/** @throws OptionError when a limit is no whole number above 0. */
export function requireLimits(limits: RateLimits): void {
  for (const name of ['requestsPerMinute', 'tokensPerMinute', 'parallel'] as const) {
    const limit = limits[name]
    if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0)) {
      throw new OptionError(`limits.${name}`, 'a whole number above 0', limit)
    }
  }
}

const fresh: LimitState = { requestsAt: 0, tokensAt: 0, heldUntil: 0, running: {}, waiting: [] }

/**
 * Lets a call begin, now or at a time of its own, or puts it in the queue.
 *
 * Rates follow the generic cell rate algorithm (ITU-T I.371): each call moves
 * the time at which all so far would have come evenly, and may begin ahead of
 * it by a burst. Whoever asks first begins first.
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
  const state = cleared(before ?? fresh, now)
  const { id, leaseMs } = step
  // Who has a place already, and asks again because of a pause, keeps it.
  if (parallel !== undefined && !(id in state.running)) {
    const first = state.waiting[0]
    const isFull = Object.keys(state.running).length >= parallel
    if (isFull || (first && first.id !== id)) return queued(before, state, step, now)
  }
  // A pause fills no burst: what waited for its end begins at the same pace as ever.
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
 * Ends a call, whose estimate is corrected by the tokens that it took.
 *
 * @param took - Left out for a call that never began: then it counts for nothing.
 */
export function leave(
  before: LimitState | undefined,
  { requestsPerMinute, tokensPerMinute }: RateLimits,
  { id, tokens, took }: { readonly id: string; readonly tokens: number; readonly took: number | undefined },
): StateChange<LimitState | undefined, undefined> {
  if (!before) return { state: before, result: undefined }
  const { [id]: _, ...running } = before.running
  const tokensAt = before.tokensAt + ((took ?? 0) - tokens) * intervalOf(tokensPerMinute)
  const requestsAt = before.requestsAt - (took === undefined ? intervalOf(requestsPerMinute) : 0)
  const isSame = id in before.running || tokensAt !== before.tokensAt || requestsAt !== before.requestsAt
  const waiting = before.waiting.filter((other) => other.id !== id)
  if (!isSame && waiting.length === before.waiting.length) return { state: before, result: undefined }
  return { state: { ...before, tokensAt, requestsAt, running, waiting }, result: undefined }
}

/** Keeps a call counted that goes on. */
export function stay(
  before: LimitState | undefined,
  { id, leaseMs }: EnterStep,
  now: number,
): StateChange<LimitState | undefined, undefined> {
  if (!before || !(id in before.running)) return { state: before, result: undefined }
  return { state: { ...before, running: { ...before.running, [id]: now + leaseMs } }, result: undefined }
}

/** Lets nothing begin for a while: the provider asked for it. */
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
  // Woken by a change, or when a lease that nobody renewed ends; before its own place in the queue ends in any case.
  const waitMs = Math.max(1, Math.min(...ends.map((until) => until - now), Math.floor(leaseMs / 3)))
  // A place that is fresh enough needs no write.
  if (place && place.until - now > leaseMs / 2) return { state: before, result: { waitMs } }
  const until = now + leaseMs
  const waiting = place
    ? state.waiting.map((other) => (other.id === id ? { id, until } : other))
    : [...state.waiting, { id, until }]
  return { state: { ...state, waiting }, result: { waitMs } }
}

function cleared(state: LimitState, now: number): LimitState {
  const running = Object.entries(state.running).filter(([, until]) => until > now)
  return { ...state, running: Object.fromEntries(running), waiting: state.waiting.filter(({ until }) => until > now) }
}

/** A tenth of a minute's worth may come at once; the rest is spread so that no minute sees more than the limit. */
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
