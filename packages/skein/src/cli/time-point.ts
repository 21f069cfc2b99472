import { InvalidArgumentError } from 'commander'

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** A point in time in Unix milliseconds, which may depend on the present time, as "an hour ago" does. */
export type TimePoint = (now: number) => number

/** Parses `10m`, `2h`, `3d` (so long ago, 1970 at most), or an ISO time, which is local unless it names a zone. */
export function timePoint(text: string): TimePoint {
  const ago = /^(\d{1,9}(?:\.\d{1,3})?)([smhdw])$/.exec(text.trim())
  if (ago) {
    const ms = Math.round(Number(ago[1]) * unitMs[ago[2] as keyof typeof unitMs])
    return (now) => Math.max(0, now - ms)
  }
  const at = isoTime(text.trim())
  if (at !== undefined) return () => at
  throw new InvalidArgumentError(
    'Expected how long ago (30s, 10m, 2h, 3d, 1w) or a time like 2026-11-21 or 2026-11-21T17:30.',
  )
}

function isoTime(text: string): number | undefined {
  const parts = /^(\d{4}-\d{2}-(\d{2}))(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/i.exec(text)
  if (!parts) return undefined
  const [all, date = '', day] = parts
  // 30 February would become a day of March.
  if (new Date(date).getUTCDate() !== Number(day)) return undefined
  // A date alone would be taken as midnight in Greenwich.
  const at = new Date(all === date ? `${date}T00:00` : all.replace(' ', 'T').toUpperCase()).getTime()
  return Number.isNaN(at) ? undefined : at
}
