import type { BusMessage } from '@skein/memory/types'

/** An entry of the stream. */
interface StreamEntry extends BusMessage {
  /** The position of the entry before it; `''` for the first one ever. */
  readonly before: string
}

/** Some entries, and the position of the newest one of the stream. */
export interface StreamPage {
  readonly entries: readonly StreamEntry[]
  readonly last: string
}

/** The reply of `lua/bus-read.lua`. */
export function streamPageOf([last = '', ...fields]: readonly string[]): StreamPage {
  const entries: StreamEntry[] = []
  for (let index = 0; index < fields.length; index += 3) {
    const [position = '', before = '', text = ''] = fields.slice(index, index + 3)
    entries.push({ position, before, text })
  }
  return { entries, last }
}

/** Whether a position comes after another one: milliseconds, a dash, a number. */
export function isLater(position: string, other: string): boolean {
  const [ms = 0, number = 0] = position.split('-').map(Number)
  const [otherMs = 0, otherNumber = 0] = other.split('-').map(Number)
  return ms > otherMs || (ms === otherMs && number > otherNumber)
}
