import type { Kind } from './question.ts'

/** Formats a figure with its unit. */
export function figure(value: number, kind: Kind): string {
  if (Number.isNaN(value)) return '–'
  if (kind === 'time') return scaled(value, 1_000, ['ns', 'µs', 'ms', 's'])
  if (kind === 'bytes') return scaled(value, 1_024, ['B', 'KB', 'MB', 'GB'])
  return value.toLocaleString('en', { maximumFractionDigits: 2 })
}

/** Formats a ratio; small ones as fractions, which are easier to read. */
export function times(ratio: number): string {
  if (ratio === 0) return '0'
  return ratio < 0.1 ? `1/${(1 / ratio).toFixed(0)}` : ratio.toFixed(2)
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let [rest, power] = [value, 0]
  while (Math.abs(rest) >= step && power < units.length - 1) {
    rest /= step
    power += 1
  }
  const digits = rest < 10 && power > 0 ? 2 : rest < 100 && power > 0 ? 1 : 0
  return `${rest.toFixed(digits)} ${units[power]}`
}
