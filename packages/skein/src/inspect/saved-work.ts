import { MissingKeyError } from '@skein/memory'
import type { View } from '@skein/memory'
import { sumOfLedger } from '@skein/memory/runtime'
import type { LedgerLine, LedgerReport } from '@skein/memory/types'

/** What work that a principal may see has used, and what reusing it saved. */
export interface SavedWork {
  /** By kind of work: the part of its key before the first `/`. */
  readonly kinds: LedgerReport
  readonly total: LedgerLine
  /** The missing key with which the ledger is sealed. Without it, nothing is known of work. */
  readonly missingKey?: string
}

/** Reads the ledger of a space. */
export async function savedWork(view: View): Promise<SavedWork> {
  try {
    const kinds = await view.ledger()
    return { kinds, total: sumOfLedger(kinds) }
  } catch (error) {
    if (!(error instanceof MissingKeyError)) throw error
    return { kinds: {}, total: sumOfLedger({}), missingKey: error.keyId }
  }
}
