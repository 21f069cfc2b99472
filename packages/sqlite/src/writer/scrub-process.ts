import { argv } from 'node:process'

import type { DatabaseFile } from '../file/connection.ts'
import { cleanFile } from './clean-file.ts'

// It imports hardly anything, so that it starts within milliseconds.

/** What kept a process from cleaning a file, if anything did. */
export type ScrubFailure = { readonly message: string; readonly code: string | undefined } | null

process.send?.(scrub(JSON.parse(argv[2] ?? '{}') as DatabaseFile) satisfies ScrubFailure)

function scrub(file: DatabaseFile): ScrubFailure {
  try {
    cleanFile(file)
    return null
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string }
    return { message, code }
  }
}
