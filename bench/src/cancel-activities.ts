import { setImmediate as turn } from 'node:timers/promises'

import { activity } from '@skein/core'
import type { Activity } from '@skein/core'

import { workFor } from './cancel-work.ts'

/** Works until it is no longer wanted; looks after each so many milliseconds of work. */
export const untilAborted: Activity<number, string> = activity(async ({ signal, progress }, sliceMs) => {
  progress('begun')
  while (!signal.aborted) {
    workFor(sliceMs)
    await turn()
  }
  return 'gave up'
})

/** Waits until it is no longer wanted, as for an answer over the network. */
export const waitForAbort: Activity<null, string> = activity(
  ({ signal, progress }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve('gave up'))
      progress('begun')
    }),
)

/** When it began, by the clock that all threads share. */
export const beginning: Activity<null, bigint> = activity(() => process.hrtime.bigint())
