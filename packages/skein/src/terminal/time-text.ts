import { numberText } from './number-text.ts'

/** A duration as a person says it: `40 s`, `5 min`, `3 h`, `12 days`. */
export function spanOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 100) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  if (hours < 48) return `${hours} h`
  return `${numberText(Math.round(hours / 24))} days`
}

/** A time in Unix milliseconds as a person reads it: `2026-11-21 17:41:23`, local. */
export function timeOf(at: number): string {
  const minutes = new Date(at).getTimezoneOffset()
  return new Date(at - minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ')
}
