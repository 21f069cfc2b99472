const wholeNumber = new Intl.NumberFormat('en')
const compactNumber = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** 1234 as `1,234`, from a million on as `1.2M`. */
export function amount(value: number): string {
  return value >= 1_000_000 ? compactNumber.format(value) : wholeNumber.format(Math.round(value))
}

const inOneUnit = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`
  return `${Math.round(ms / 86_400_000)} d`
}

/** Milliseconds in one unit, or in two where one would say little: `340 ms`, `2.4 s`, `1 min 36 s`, `50 min`, `3 h`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60 || seconds >= 600) return inOneUnit(ms)
  const rest = seconds % 60
  return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`
}

/** How long ago something was: `now`, `5 min ago`. */
export function ago(ms: number): string {
  return ms < 1_000 ? 'now' : `${inOneUnit(ms)} ago`
}

/** US dollars; amounts below one with four decimals. */
export function money(usd: number): string {
  return `$${usd.toFixed(usd > 0 && usd < 1 ? 4 : 2)}`
}

/** A share from 0 to 1 as a percentage. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
}

/** Bytes as `812 B`, `3.4 KB`, `1.2 MB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`
  return count < 1_000_000 ? `${(count / 1_000).toFixed(1)} KB` : `${(count / 1_000_000).toFixed(1)} MB`
}

/** The time of day, with the date unless it is today's. */
export function timestamp(at: number, now: number): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return '—'
  const time = date.toLocaleTimeString('en-GB')
  return date.toDateString() === new Date(now).toDateString() ? time : `${date.toISOString().slice(0, 10)} ${time}`
}

/** `1 part`, `2 parts`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${amount(count)} ${count === 1 ? singular : plural}`
}
