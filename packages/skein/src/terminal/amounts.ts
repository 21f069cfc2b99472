import { numberText } from './number-text.ts'

/** A number with the noun that it counts: `1 record`, `1,200 records`. */
export function countOf(number: number, noun: string): string {
  return `${numberText(number)} ${noun}${number === 1 ? '' : 's'}`
}

/** A number of records of a collection, whose name is a plural or counts nothing: `1 fact`, `2 facts`, `3 work`. */
export function countIn(collection: string, number: number, isMore = false): string {
  const noun = number === 1 && !isMore && collection.endsWith('s') ? collection.slice(0, -1) : collection
  return `${numberText(number)}${isMore ? '+' : ''} ${noun}`
}

/** The records of several collections: `1 fact, 2 observations`. */
export function countsIn(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .map(([collection, number]) => countIn(collection, number))
    .join(', ')
}

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const

/** A size in powers of 1,000: `512 bytes`, `1.2 MB`. */
export function sizeOf(bytes: number): string {
  let amount = bytes
  let unit = 0
  for (; amount >= 999.5 && unit < units.length - 1; unit += 1) amount /= 1_000
  return `${numberText(amount, amount < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`
}
