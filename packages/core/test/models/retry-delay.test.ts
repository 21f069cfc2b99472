import fc from 'fast-check'
import { expect, it } from 'vitest'

import { modelRetry, retryDelay } from '../../src/models/retry-delay.ts'

it('waits longer each time, up to a limit, and gives up after so many retries', () => {
  const policy = { ...modelRetry, maxRetries: 5, baseDelayMs: 100, maxDelayMs: 1_000 }
  const delays = [1, 2, 3, 4, 5, 6].map((attempt) => retryDelay(policy, attempt, { retryable: true }, 1))
  expect(delays).toEqual([100, 200, 400, 800, 1_000, undefined])
  expect(retryDelay(policy, 1, { retryable: true }, 0)).toBe(50)
  expect(retryDelay(policy, 1, { retryable: false }, 1)).toBeUndefined()
})

it('waits as long as the provider asked for, unless that is too long', () => {
  expect(retryDelay(modelRetry, 1, { retryable: true, retryAfterMs: 7_000 }, 0.5)).toBe(7_000)
  expect(retryDelay(modelRetry, 1, { retryable: true, retryAfterMs: 0 }, 0.5)).toBe(0)
  expect(retryDelay(modelRetry, 1, { retryable: true, retryAfterMs: 60_001 }, 0.5)).toBeUndefined()
})

it('takes a provider that says "at once" at its word the first time alone', () => {
  const atOnce = { retryable: true, retryAfterMs: 0 }
  expect(retryDelay(modelRetry, 1, atOnce, 1)).toBe(0)
  expect(retryDelay(modelRetry, 2, atOnce, 1)).toBe(1_000)
  expect(retryDelay(modelRetry, 3, { retryable: true, retryAfterMs: -5 }, 1)).toBe(2_000)
})

it('waits between half of its pause and all of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const whole = retryDelay(modelRetry, attempt, { retryable: true }, 1) ?? 0
      const delay = retryDelay(modelRetry, attempt, { retryable: true }, random) ?? 0
      expect(delay).toBeGreaterThanOrEqual(whole / 2)
      expect(delay).toBeLessThanOrEqual(whole)
    }),
  )
})

it('retries only after the codes of the policy, and never what may be billed twice', () => {
  const policy = { ...modelRetry, codes: ['SKEIN_MODEL_SERVER', 'SKEIN_MODEL_CUT'] }
  const delay = (code: string, retryable: boolean) => retryDelay(policy, 1, { code, retryable }, 1)
  expect(delay('SKEIN_MODEL_SERVER', true)).toBe(500)
  expect(delay('SKEIN_MODEL_RATE_LIMITED', true)).toBeUndefined()
  expect(delay('SKEIN_MODEL_CUT', false)).toBeUndefined()
})
