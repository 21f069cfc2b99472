import { InvalidArgumentError } from 'commander'
import { numberText } from '../terminal/number-text.ts'

const maxChars = 1_000

/** Makes a parser of integers within a range. */
export function integerFrom(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d{1,15}$/.test(text) && number >= min && number <= max) return number
    throw new InvalidArgumentError(`Expected an integer from ${min} to ${numberText(max)}.`)
  }
}

/** Parses a number above 0. */
export function positiveNumber(text: string): number {
  const number = Number(text)
  if (Number.isFinite(number) && number > 0) return number
  throw new InvalidArgumentError('Expected a number above 0.')
}

/** Parses an id or a name: any string that isn't blank. */
export function nonBlank(text: string): string {
  if (text.trim() !== '' && text.length <= maxChars) return text
  throw new InvalidArgumentError(`Expected a string that isn't blank, of at most ${numberText(maxChars)} characters.`)
}

/** Collects the values of an option that may be repeated. */
export function nonBlanks(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, nonBlank(text)]
}

/** Parses names with commas between them. */
export function commaSeparated(text: string): readonly string[] {
  return text.split(',').filter((name) => name !== '')
}
