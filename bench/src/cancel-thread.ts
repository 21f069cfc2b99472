/**
 * What a bare pool runs in its thread.
 *
 * @module
 */

import { setImmediate as turn } from 'node:timers/promises'
import type { MessagePort } from 'node:worker_threads'

import { workFor } from './cancel-work.ts'

/** Works for ever: nobody tells a task of piscina that it is no longer wanted. */
export async function forever({ sliceMs, begun }: { sliceMs: number; begun: MessagePort }): Promise<never> {
  begun.postMessage('begun')
  for (;;) {
    workFor(sliceMs)
    await turn()
  }
}

/** When it began, by the clock that all threads share. */
export function beginning(): bigint {
  return process.hrtime.bigint()
}
