import { InvalidArgumentError } from 'commander'

import { durationMs } from './duration.ts'

/** A point in time in Unix milliseconds, which may depend on the present time, as "an hour ago" does. */
export type TimePoint = (now: number) => number

/** Parses `10m`, `2h`, `3d` (so long ago, 1970 at most), or an ISO time, which is local unless it names a zone. */
export function timePoint(text: string): TimePoint {
  const ago = durationMs(text)
  if (ago !== undefined) return (now) => Math.max(0, now - ago)
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
