import { OptionError } from './errors.ts'

/** The longest time that a timer of Node can wait, in milliseconds: some 24 days. */
export const maxTimerMs: number = 2 ** 31 - 1

/** @throws {@link OptionError} unless `value` is an integer within the range. */
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
 * Checks a time that a timer has to wait: Node fires at once for anything longer than {@link maxTimerMs}.
 *
 * @throws {@link OptionError} unless `value` is an integer within the range.
 */
export function requireDuration(option: string, value: unknown, min = 1, max: number = maxTimerMs): void {
  requireInteger(option, value, min, Math.min(max, maxTimerMs))
}

/** @throws {@link OptionError} unless `value` is a finite number within the range. */
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

/** @throws {@link OptionError} unless all values are well-formed, non-empty strings. */
export function requireStrings(option: string, values: readonly string[]): void {
  if (!Array.isArray(values)) throw new OptionError(option, 'an array of strings', values)
  for (const value of values) {
    if (typeof value !== 'string' || value === '' || value.length > 1_000 || !value.isWellFormed()) {
      throw new OptionError(option, 'a well-formed string of 1 to 1,000 characters', value)
    }
  }
}

/** @throws {@link OptionError} unless every filter that is given is such a string. */
export function requireFilter(filters: Readonly<Record<string, string | undefined>>): void {
  for (const [option, value] of Object.entries(filters)) if (value !== undefined) requireStrings(option, [value])
}
