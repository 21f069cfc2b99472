import { InvalidArgumentError } from 'commander'

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** Reads `30s`, `10m`, `2h`, `1.5d` or `1w` as milliseconds; `undefined` for anything else. */
export function durationMs(text: string): number | undefined {
  const parts = /^(\d{1,9}(?:\.\d{1,3})?)([smhdw])$/.exec(text.trim())
  return parts ? Math.round(Number(parts[1]) * unitMs[parts[2] as keyof typeof unitMs]) : undefined
}

/** Parses a duration above 0 into milliseconds. */
export function duration(text: string): number {
  const ms = durationMs(text)
  if (ms !== undefined && ms > 0) return ms
  throw new InvalidArgumentError('Expected a duration above 0, such as 30s, 10m, 2h, 3d or 1w.')
}
