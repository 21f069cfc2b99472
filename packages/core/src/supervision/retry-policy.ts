import { OptionError } from '@skein/memory'
import { requireDuration, requireInteger, requireNumber, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { Backoff } from './backoff.ts'

/**
 * How often to retry after a failure, after which errors, and with which pauses.
 *
 * Every option that takes one documents its own defaults.
 */
export interface RetryPolicy extends Partial<Backoff> {
  /** Further attempts after the first; 0 for none. At most 1,000. */
  readonly maxRetries?: number
  /**
   * Codes of the errors to retry after.
   *
   * @defaultValue those that another attempt may cure
   */
  readonly codes?: readonly string[]
}

/** A policy with every default filled in and every number checked. */
export type ResolvedRetryPolicy = Required<Omit<RetryPolicy, 'codes'>> & Pick<RetryPolicy, 'codes'>

const kinds: OptionKinds<RetryPolicy> = {
  maxRetries: 'any',
  codes: 'any',
  baseDelayMs: 'any',
  maxDelayMs: 'any',
  jitter: 'any',
}

/** Checks a policy whose defaults are known only when it is used. @throws OptionError */
export function requireRetry(policy: RetryPolicy): void {
  resolveRetry(policy, { maxRetries: 0, baseDelayMs: 0, maxDelayMs: 0, jitter: 0 })
}

/** @throws OptionError when a number is out of range. */
export function resolveRetry(policy: RetryPolicy | undefined, defaults: ResolvedRetryPolicy): ResolvedRetryPolicy {
  // An option with the value `undefined` counts as omitted.
  const given = Object.entries(requireOptions('retry', policy, kinds, 'retry')).filter(
    ([, value]) => value !== undefined,
  )
  const resolved: ResolvedRetryPolicy = { ...defaults, ...Object.fromEntries(given) }
  requireInteger('retry.maxRetries', resolved.maxRetries, 0, 1_000)
  requireDuration('retry.baseDelayMs', resolved.baseDelayMs, 0)
  requireDuration('retry.maxDelayMs', resolved.maxDelayMs, 0)
  requireNumber('retry.jitter', resolved.jitter, 0, 1)
  if (resolved.codes !== undefined && !Array.isArray(resolved.codes)) {
    throw new OptionError('retry.codes', 'an array of error codes', resolved.codes)
  }
  return resolved
}
