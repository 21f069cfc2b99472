import type { IncomingHttpHeaders } from 'node:http'

/**
 * How long a server asks to wait, in milliseconds: seconds, a date, or OpenAI's own header in
 * milliseconds. `undefined` where it states no pause that makes sense; 0 where it is over.
 *
 * @param now - Unix milliseconds.
 */
export function retryAfterMs(headers: IncomingHttpHeaders, now: number): number | undefined {
  const exact = headers['retry-after-ms']
  if (typeof exact === 'string' && number.test(exact.trim())) return bounded(Number(exact))
  const text = (headers['retry-after'] ?? '').trim()
  if (number.test(text)) return bounded(Number(text) * 1_000)
  // A number that is none, such as `-5`, would pass as a year.
  const until = /^[A-Z]|^\d{4}-\d\d-\d\d/i.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(until)) return undefined
  // Clocks differ: what counts is how far it is from the server's own.
  const served = Date.parse(headers.date ?? '')
  return bounded(Math.max(0, until - (Number.isNaN(served) ? now : served)))
}

const number = /^\d+(?:\.\d+)?$/

function bounded(ms: number): number {
  return Math.min(ms, Number.MAX_SAFE_INTEGER)
}
