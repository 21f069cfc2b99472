import type { VNode } from 'preact'

import { timeShown } from '../state/page-state.ts'
import { mostInRow } from '../state/tracks.ts'
import type { Track } from '../state/tracks.ts'
import { amount, counted, timestamp } from '../ui/amounts.ts'
import { leftOutOf } from './visible-tracks.ts'

/** Says what the rows no longer hold, and where it is; `undefined` where they hold everything. */
export function leftOutWords(tracks: readonly Track[]): string | undefined {
  const leftOut = leftOutOf(tracks)
  if (!leftOut) return undefined
  const { rows, runs, marks, until } = leftOut
  return (
    `A row holds its latest ${amount(mostInRow)} runs and ${amount(mostInRow)} marks. ` +
    `Left out of ${counted(rows, 'row')}, before ${timestamp(until, timeShown())}: ` +
    `${counted(runs, 'run')} and ${counted(marks, 'mark')}. Export JSON lines to see all events.`
  )
}

/** The same as a line of the view. */
export function LeftOut({ of }: { readonly of: readonly Track[] }): VNode | null {
  const words = leftOutWords(of)
  return words === undefined ? null : (
    <p class="hint" role="status">
      {words}
    </p>
  )
}
