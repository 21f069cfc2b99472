import { InvalidArgumentError } from 'commander'

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** A point in time, which for one like "an hour ago" depends on now; Unix milliseconds. */
export type TimePoint = (now: number) => number

/** Reads `10m`, `2h`, `3d` (so long ago), or an ISO time, which is local unless it names a zone. For options. */
export function timePoint(text: string): TimePoint {
  const ago = /^(\d{1,9}(?:\.\d{1,3})?)([smhdw])$/.exec(text.trim())
  if (ago) {
    const ms = Number(ago[1]) * unitMs[ago[2] as keyof typeof unitMs]
    return (now) => now - ms
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

/** How long something is, as a person says it: `40 s`, `5 min`, `3 h`, `12 days`. */
export function spanOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 100) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  if (hours < 48) return `${hours} h`
  return `${Math.round(hours / 24).toLocaleString('en')} days`
}

/** A time as a person reads it: `2026-11-21 17:41:23`, local. */
export function timeOf(at: number): string {
  const minutes = new Date(at).getTimezoneOffset()
  return new Date(at - minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ')
}
