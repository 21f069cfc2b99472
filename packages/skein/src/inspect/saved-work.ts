import { MissingKeyError } from '@skein/memory'
import type { Memory, View } from '@skein/memory'
import type { LedgerLine, LedgerReport } from '@skein/memory/types'

/** What was computed of the work that a looker may see, and what was spared of those kinds. */
export interface SparedWork {
  /** By kind of work: what stands before the first `/` of its key. */
  readonly kinds: LedgerReport
  readonly total: LedgerLine
  /** The key that would open what was reused, where it is missing: nothing is known of that then. */
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

/**
 * Sums up the work of which a looker may see the records. The ledger of the
 * memory knows all work, whoever may see it: of that only what was spared is
 * taken, and only of kinds that this looker knows.
 */
export async function sparedWork(memory: Memory, view: View, signal: AbortSignal): Promise<SparedWork> {
  const kinds = new Map<string, LedgerLine>()
  let cursor: string | undefined
  do {
    signal.throwIfAborted()
    const page = await view.records.list({ collection: 'work', limit: 1_000, ...(cursor !== undefined && { cursor }) })
    for (const { id, value } of page.items) {
      const work = value as Work
      if (work.state === 'done') kinds.set(kindOf(id), plus(kinds.get(kindOf(id)) ?? nothing, computedOf(work)))
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  const { ledger, missingKey } = await ledgerOf(memory)
  for (const [kind, line] of kinds) {
    const { reused = 0, savedMs = 0, savedTokens = 0, savedUsd = 0 } = ledger[kind] ?? {}
    kinds.set(kind, { ...line, reused, savedMs, savedTokens, savedUsd })
  }
  const total = [...kinds.values()].reduce(plus, nothing)
  return { kinds: Object.fromEntries(kinds), total, ...(missingKey !== undefined && { missingKey }) }
}

async function ledgerOf(memory: Memory): Promise<{ ledger: LedgerReport; missingKey?: string }> {
  try {
    return { ledger: await memory.ledger() }
  } catch (error) {
    if (error instanceof MissingKeyError) return { ledger: {}, missingKey: error.keyId }
    throw error
  }
}

/** The value of a record of work, as far as it is needed here: see packages/memory/src/compute-once.ts. */
interface Work {
  readonly state: string
  readonly durationMs?: number
  readonly tokens?: number
  readonly usd?: number
}

function computedOf({ durationMs = 0, tokens = 0, usd = 0 }: Work): LedgerLine {
  return { ...nothing, computed: 1, computedMs: durationMs, computedTokens: tokens, computedUsd: usd }
}

function plus(a: LedgerLine, b: LedgerLine): LedgerLine {
  const names = Object.keys(nothing) as (keyof LedgerLine)[]
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as unknown as LedgerLine
}

/** The kind of a work's id, which begins with the clearance that it belongs to and a space. */
function kindOf(id: string): string {
  return /^\S* ([^/]*)/.exec(id)?.[1] ?? id
}
