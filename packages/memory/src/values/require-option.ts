import { OptionError } from './errors.ts'
import { limits } from './limits.ts'

/** The longest delay of a Node.js timer, in milliseconds: about 24.8 days. */
export const maxTimerMs: number = 2 ** 31 - 1

/** @throws OptionError unless `value` is an integer within the range. */
export function requireInteger(
  option: string,
  value: unknown,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return
  throw new OptionError(option, `an integer, ${rangeText(min, max)}`, value)
}

/**
 * Checks a duration that a timer may wait for, in milliseconds. Node.js fires a timer
 * above {@link maxTimerMs} at once, and an interval every millisecond.
 *
 * @throws OptionError unless `value` is an integer within the range.
 */
export function requireDuration(
  option: string,
  value: unknown,
  min = 1,
  max: number = maxTimerMs,
): asserts value is number {
  requireInteger(option, value, min, Math.min(max, maxTimerMs))
}

/**
 * Checks a duration that no timer waits for, such as a time to live, in milliseconds.
 * A point in time moved by it is still a safe integer.
 *
 * @throws OptionError unless `value` is an integer from `min` to `limits.ttlMs`.
 */
export function requireLifetime(option: string, value: unknown, min = 1): asserts value is number {
  requireInteger(option, value, min, limits.ttlMs)
}

/**
 * Checks points in time, those that are given. A `Date` is refused: everywhere in the
 * memory, times are numbers.
 *
 * @throws OptionError unless each is an integer, Unix milliseconds.
 */
export function requireTimes(times: Readonly<Record<string, unknown>>): void {
  for (const [option, value] of Object.entries(times)) {
    if (value === undefined || (Number.isInteger(value) && Math.abs(value as number) <= limits.timeMs)) continue
    throw new OptionError(option, 'Unix milliseconds, an integer such as Date.now() or date.getTime()', value)
  }
}

/** @throws OptionError unless `value` is a finite number within the range. */
export function requireNumber(
  option: string,
  value: unknown,
  min: number,
  max: number = Number.MAX_VALUE,
): asserts value is number {
  if (typeof value === 'number' && value >= min && value <= max) return
  throw new OptionError(option, `a number, ${rangeText(min, max)}`, value)
}

function rangeText(min: number, max: number): string {
  return max >= Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`
}

/** @throws OptionError when there are more items than `most`. */
export function requireCount(option: string, count: number, most: number): void {
  if (count > most) throw new OptionError(option, `at most ${most.toLocaleString('en')} items`, count)
}

/**
 * @param most - The longest array to accept.
 * @throws OptionError unless `values` is an array of well-formed strings of 1 to 1,000 characters.
 */
export function requireStrings(option: string, values: readonly string[], most: number = limits.tags): void {
  if (!Array.isArray(values)) throw new OptionError(option, 'an array of strings', values)
  requireCount(option, values.length, most)
  for (const value of values) {
    if (typeof value !== 'string' || value === '' || value.length > limits.nameLength || !value.isWellFormed()) {
      throw new OptionError(option, 'a well-formed string of 1 to 1,000 characters', value)
    }
  }
}

/**
 * Checks ids of records. The memory makes some of several names, so they may be long.
 *
 * @throws OptionError unless `ids` is an array of non-empty well-formed strings.
 */
export function requireIds(option: string, ids: readonly unknown[], most: number = limits.sources): void {
  if (!Array.isArray(ids)) throw new OptionError(option, 'an array of strings', ids)
  requireCount(option, ids.length, most)
  const wrong = ids.findIndex((id) => typeof id !== 'string' || id === '' || !id.isWellFormed())
  if (wrong >= 0) throw new OptionError(option, 'a well-formed string that is not empty', ids[wrong])
}

/** @throws OptionError unless every defined filter is a string that {@link requireStrings} accepts. */
export function requireFilter(filters: Readonly<Record<string, string | undefined>>): void {
  for (const [option, value] of Object.entries(filters)) if (value !== undefined) requireStrings(option, [value])
}
