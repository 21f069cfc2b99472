import { parentPort, workerData } from 'node:worker_threads'

import type { ThreadFile, ThreadReply } from '../file/ask-thread.ts'
import { cleanFile } from './clean-file.ts'

// It imports hardly anything, so that it starts within milliseconds.

/** What became of it: the descriptor by which the file was cleaned, or what SQLite said. */
export interface Scrubbed {
  readonly descriptor?: number | undefined
  readonly failure?: { readonly message: string; readonly code: string | undefined }
}

parentPort?.postMessage({ result: scrub(workerData as ThreadFile) } satisfies ThreadReply<Scrubbed>)

function scrub(file: ThreadFile): Scrubbed {
  try {
    return { descriptor: cleanFile(file) }
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string }
    return { failure: { message, code } }
  }
}
