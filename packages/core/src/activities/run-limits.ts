import { OptionError } from '@skein/memory'

import { resolveRetry } from '../supervision/retry-policy.ts'
import type { ResolvedRetryPolicy } from '../supervision/retry-policy.ts'
import type { RunActivityOptions } from './activity-ref.ts'
import type { ResolvedActivityOptions } from './activity.ts'
import { isMoved } from './move.ts'

/** The limits of one run of an activity. */
export interface RunLimits {
  readonly timeoutMs: number | undefined
  readonly queueTimeoutMs: number | undefined
  readonly priority: number | undefined
  readonly retry: ResolvedRetryPolicy
}

/** For activities that have a retry policy. */
const retryDefaults: ResolvedRetryPolicy = { maxRetries: 4, baseDelayMs: 100, maxDelayMs: 10_000, jitter: 0.5 }
/** For all others. */
const noRetry: ResolvedRetryPolicy = { ...retryDefaults, maxRetries: 0 }

/**
 * The caller's limits before the activity's own.
 *
 * @throws OptionError when one is out of range, or an input that can be sent only once is to be tried again.
 */
export function limitsOf(defined: ResolvedActivityOptions, options: RunActivityOptions, input: unknown): RunLimits {
  const { timeoutMs = defined.timeoutMs, queueTimeoutMs = defined.queueTimeoutMs } = options
  const { priority = defined.priority, retry = defined.retry } = options
  const policy = retry ? resolveRetry(retry, retryDefaults) : noRetry
  if (policy.maxRetries > 0 && isMoved(input)) {
    throw new OptionError(
      'retry',
      '{ maxRetries: 0 } for an input that is moved, which is gone after one attempt',
      policy,
    )
  }
  return { timeoutMs, queueTimeoutMs, priority, retry: policy }
}
