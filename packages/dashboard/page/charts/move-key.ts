import type { ChartMove } from '../../src/protocol/protocol.ts'

/** Tells the moves of an agent apart. */
export function moveKey({ at, transitions: [first] }: ChartMove): string {
  return `${at} ${first?.event ?? ''}`
}
