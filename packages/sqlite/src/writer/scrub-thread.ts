import { parentPort, workerData } from 'node:worker_threads'

import type { ThreadReply } from '../file/ask-thread.ts'
import type { DatabaseFile } from '../file/connection.ts'
import { cleanFile } from './clean-file.ts'

// It imports hardly anything, so that it starts within milliseconds.

/** What kept it from cleaning the file, if anything did. */
export type ScrubFailure = { readonly message: string; readonly code: string | undefined } | undefined

parentPort?.postMessage({ result: scrub(workerData as DatabaseFile) } satisfies ThreadReply<ScrubFailure>)

function scrub(file: DatabaseFile): ScrubFailure {
  try {
    cleanFile(file)
    return undefined
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string }
    return { message, code }
  }
}
