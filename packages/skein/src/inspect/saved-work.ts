import { MissingKeyError } from '@skein/memory'
import type { View } from '@skein/memory'
import { parseWorkId, workStateOf } from '@skein/memory/runtime'
import type { WorkState } from '@skein/memory/runtime'
import type { LedgerLine, LedgerReport } from '@skein/memory/types'

/** The cost of computed work that a principal may see, and what reusing it saved. */
export interface SavedWork {
  /** By kind of work: the part of its key before the first `/`. */
  readonly kinds: LedgerReport
  readonly total: LedgerLine
  /** The missing key with which the ledger is sealed. Without it, the amounts saved are unknown and reported as 0. */
  readonly missingKey?: string
}

const nothing: LedgerLine = {
  computed: 0,
  computedMs: 0,
  computedTokens: 0,
  computedUsd: 0,
  reused: 0,
  savedMs: 0,
  savedTokens: 0,
  savedUsd: 0,
}

/** Sums up the work whose records the view may see, and what reusing it saved. */
export async function savedWork(view: View, signal: AbortSignal): Promise<SavedWork> {
  const kinds = new Map<string, LedgerLine>()
  let cursor: string | undefined
  do {
    signal.throwIfAborted()
    const page = await view.records.list({ collection: 'work', limit: 1_000, ...(cursor !== undefined && { cursor }) })
    for (const { id, value } of page.items) {
      const state = workStateOf(value)
      if (state?.state !== 'done') continue
      const { kind } = parseWorkId(id)
      kinds.set(kind, plus(kinds.get(kind) ?? nothing, costOf(state)))
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  const { ledger, missingKey } = await ledgerOf(view)
  for (const [kind, line] of kinds) {
    const { reused = 0, savedMs = 0, savedTokens = 0, savedUsd = 0 } = ledger[kind] ?? {}
    kinds.set(kind, { ...line, reused, savedMs, savedTokens, savedUsd })
  }
  const total = [...kinds.values()].reduce(plus, nothing)
  return { kinds: Object.fromEntries(kinds), total, ...(missingKey !== undefined && { missingKey }) }
}

async function ledgerOf(view: View): Promise<{ readonly ledger: LedgerReport; readonly missingKey?: string }> {
  try {
    return { ledger: await view.ledger() }
  } catch (error) {
    if (error instanceof MissingKeyError) return { ledger: {}, missingKey: error.keyId }
    throw error
  }
}

function costOf({ durationMs, tokens, usd = 0 }: Extract<WorkState, { readonly state: 'done' }>): LedgerLine {
  return { ...nothing, computed: 1, computedMs: durationMs, computedTokens: tokens, computedUsd: usd }
}

function plus(a: LedgerLine, b: LedgerLine): LedgerLine {
  const names = Object.keys(nothing) as (keyof LedgerLine)[]
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as unknown as LedgerLine
}
