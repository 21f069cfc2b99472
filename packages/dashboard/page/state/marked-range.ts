import { signal } from '@preact/signals'

/** A period of time, Unix milliseconds. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

/** The period that is marked in the timeline; exports are limited to it. */
export const markedRange = signal<TimeRange | undefined>(undefined)
