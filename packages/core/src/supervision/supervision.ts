import { OptionError } from '@skein/memory'
import { maxTimerMs, requireDuration, requireNumber, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { delayBefore } from './backoff.ts'
import type { Backoff } from './backoff.ts'
import { SupervisionError } from './supervision-error.ts'

/**
 * What happens to an agent that failed. In every case, all work that it had
 * started is aborted first.
 *
 * - `restart`: start again after a pause, `from` its last good snapshot or from the `start`.
 * - `resume`: continue from the last good snapshot at once, as if the message that caused the failure had never come.
 * - `stop`: end; `done` rejects.
 * - `escalate`: fail its parent with the same error, or ask a `human`, who answers `restart`, `resume` or `stop`.
 */
export type Decision =
  | { readonly type: 'restart'; readonly from: 'snapshot' | 'start'; readonly delayMs: number }
  | { readonly type: 'resume' }
  | { readonly type: 'stop' }
  | { readonly type: 'escalate'; readonly to: 'parent' | 'human' }

/** One failure of an agent, as its supervision sees it. */
export interface Failure {
  readonly agent: string
  readonly error: unknown
  /** Milliseconds since each earlier failure that the agent survived, oldest first. */
  readonly earlier: readonly number[]
  /** From 0 to 1, for the jitter. */
  readonly random: number
}

/** What to do when an agent fails, and how often. */
export interface SupervisionPolicy extends Partial<Backoff> {
  /** @defaultValue 'stop' */
  readonly onFailure?: 'restart' | 'resume' | 'stop' | 'escalate'
  /**
   * Where a restart begins.
   *
   * @defaultValue 'snapshot'
   */
  readonly from?: 'snapshot' | 'start'
  /**
   * Restarts allowed within the window; 0 for none.
   *
   * @defaultValue 5
   */
  readonly maxRestarts?: number
  /**
   * Length of the sliding window, in milliseconds.
   *
   * @defaultValue 60_000
   */
  readonly windowMs?: number
  /**
   * What happens after too many restarts.
   *
   * @defaultValue 'stop'
   */
  readonly afterwards?: 'stop' | 'escalate'
  /**
   * To whom failures are escalated.
   *
   * @defaultValue 'human'
   */
  readonly escalateTo?: 'parent' | 'human'
  // With the pauses of `Backoff`: 100 ms, doubling, 10 s at most, half of it random.
}

/** A supervision policy, or a pure function that decides about each failure. */
export type Supervision = SupervisionPolicy | ((failure: Failure) => Decision)

const defaults = {
  onFailure: 'stop',
  from: 'snapshot',
  maxRestarts: 5,
  windowMs: 60_000,
  baseDelayMs: 100,
  maxDelayMs: 10_000,
  jitter: 0.5,
  afterwards: 'stop',
  escalateTo: 'human',
} as const satisfies Required<SupervisionPolicy>

const kinds: OptionKinds<SupervisionPolicy> = {
  onFailure: 'any',
  from: 'any',
  maxRestarts: 'any',
  windowMs: 'any',
  baseDelayMs: 'any',
  maxDelayMs: 'any',
  jitter: 'any',
  afterwards: 'any',
  escalateTo: 'any',
}

/** A supervision with checked settings, as one function. @throws OptionError when one is out of range. */
export function resolveSupervision(supervision: Supervision = {}): (failure: Failure) => Decision {
  if (typeof supervision === 'function') return (failure) => checked(supervision(failure), failure)
  const given = requireOptions('supervision', supervision, kinds, 'supervision')
  const policy: Required<SupervisionPolicy> = { ...defaults, ...given }
  requireOneOf('onFailure', policy.onFailure, ['restart', 'resume', 'stop', 'escalate'])
  requireOneOf('from', policy.from, ['snapshot', 'start'])
  requireOneOf('afterwards', policy.afterwards, ['stop', 'escalate'])
  requireOneOf('escalateTo', policy.escalateTo, ['parent', 'human'])
  requireNumber('maxRestarts', policy.maxRestarts, 0)
  requireDuration('windowMs', policy.windowMs)
  requireDuration('baseDelayMs', policy.baseDelayMs, 0)
  requireDuration('maxDelayMs', policy.maxDelayMs, 0)
  requireNumber('jitter', policy.jitter, 0, 1)
  return (failure) => decide(policy, failure)
}

/** Decides by a policy. Pure: time and chance come in with the failure. */
function decide(policy: Required<SupervisionPolicy>, { earlier, random }: Failure): Decision {
  const escalate = { type: 'escalate', to: policy.escalateTo } as const
  if (policy.onFailure === 'stop') return { type: 'stop' }
  if (policy.onFailure === 'escalate') return escalate
  const recent = earlier.filter((ms) => ms < policy.windowMs).length
  if (recent >= policy.maxRestarts) return policy.afterwards === 'escalate' ? escalate : { type: 'stop' }
  if (policy.onFailure === 'resume') return { type: 'resume' }
  return { type: 'restart', from: policy.from, delayMs: delayBefore(policy, recent + 1, random) }
}

/** What a user's function returned, if it is a decision. @throws SupervisionError */
function checked(returned: unknown, { agent, error }: Failure): Decision {
  // An async function: its rejection would end the process.
  Promise.resolve(returned).catch(() => {})
  const decision = returned as Decision | null | undefined
  try {
    requireOneOf('type', decision?.type, ['restart', 'resume', 'stop', 'escalate'])
    if (decision?.type === 'escalate') requireOneOf('to', decision.to, ['parent', 'human'])
    if (decision?.type !== 'restart') return decision as Decision
    requireOneOf('from', decision.from, ['snapshot', 'start'])
    // It may be fractional, but no timer waits longer.
    requireNumber('delayMs', decision.delayMs, 0, maxTimerMs)
    return decision
  } catch (wrong) {
    throw new SupervisionError(agent, (wrong as OptionError).message, error)
  }
}

function requireOneOf(option: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(value as string))
    throw new OptionError(option, allowed.map((one) => `'${one}'`).join(', '), value)
}
