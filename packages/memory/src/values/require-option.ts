import { OptionError } from './errors.ts'

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
 * Checks a timer's delay in milliseconds. Node.js fires at once for any delay above {@link maxTimerMs}.
 *
 * @throws OptionError unless `value` is an integer within the range.
 */
export function requireDuration(option: string, value: unknown, min = 1, max: number = maxTimerMs): void {
  requireInteger(option, value, min, Math.min(max, maxTimerMs))
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

/** @throws OptionError unless `values` is an array of well-formed strings of 1 to 1,000 characters. */
export function requireStrings(option: string, values: readonly string[]): void {
  if (!Array.isArray(values)) throw new OptionError(option, 'an array of strings', values)
  for (const value of values) {
    if (typeof value !== 'string' || value === '' || value.length > 1_000 || !value.isWellFormed()) {
      throw new OptionError(option, 'a well-formed string of 1 to 1,000 characters', value)
    }
  }
}

/** @throws OptionError unless every defined filter is a string that {@link requireStrings} accepts. */
export function requireFilter(filters: Readonly<Record<string, string | undefined>>): void {
  for (const [option, value] of Object.entries(filters)) if (value !== undefined) requireStrings(option, [value])
}
