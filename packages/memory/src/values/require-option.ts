import { OptionError } from './errors.ts'

/** The longest time that a timer of Node can wait, in milliseconds: some 24 days. */
export const longestTimer: number = 2 ** 31 - 1

/** @throws {@link OptionError} unless `value` is a whole number within the range. */
export function requireWhole(
  option: string,
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`
  throw new OptionError(option, `a whole number, ${range}`, value)
}

/** @throws OptionError unless all are texts that are not empty. */
export function requireStrings(option: string, values: readonly string[]): void {
  if (!Array.isArray(values)) throw new OptionError(option, 'a list of texts', values)
  for (const value of values) {
    if (typeof value !== 'string' || value === '' || value.length > 1_000 || !value.isWellFormed()) {
      throw new OptionError(option, 'well-formed text of 1 to 1,000 characters', value)
    }
  }
}

/** @throws OptionError unless all filters that are given are such texts. */
export function requireFilter(filters: Readonly<Record<string, string | undefined>>): void {
  for (const [option, value] of Object.entries(filters)) if (value !== undefined) requireStrings(option, [value])
}
