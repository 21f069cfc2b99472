import { retryAfterMs } from '@skein/core/executor'
import { expect, it } from 'vitest'

const now = Date.UTC(2026, 10, 29, 12)
const at = (ms: number): string => new Date(ms).toUTCString()

it.each([
  ['7', 7_000],
  [' 7 ', 7_000],
  ['1.5', 1_500],
  ['0', 0],
  [at(now + 90_000), 90_000],
  ['Sunday, 29-Nov-26 12:01:30 GMT', 90_000],
  [new Date(now + 90_000).toISOString(), 90_000],
  [at(now - 90_000), 0],
  [at(0), 0],
  ['', undefined],
  ['-5', undefined],
  ['+5', undefined],
  ['1e3', undefined],
  ['0x10', undefined],
  ['soon', undefined],
  ['NaN', undefined],
  ['Infinity', undefined],
  ['5, 10', undefined],
  ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
])('Retry-After: %s', (value, expected) => {
  expect(retryAfterMs({ 'retry-after': value }, now)).toBe(expected)
})

it.each([
  ['250', 250],
  ['0', 0],
  ['0.5', 0.5],
  ['', 7_000],
  ['-1', 7_000],
  ['soon', 7_000],
])('retry-after-ms: %s, which precedes the other if it is a number', (value, expected) => {
  expect(retryAfterMs({ 'retry-after-ms': value, 'retry-after': '7' }, now)).toBe(expected)
})

it('measures a date by the clock of the server', () => {
  expect(retryAfterMs({ 'retry-after': at(now + 90_000), date: at(now + 60_000) }, now)).toBe(30_000)
  expect(retryAfterMs({ 'retry-after': at(now + 90_000), date: 'today' }, now)).toBe(90_000)
  expect(retryAfterMs({}, now)).toBeUndefined()
})
