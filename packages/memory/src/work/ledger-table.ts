import type { StoredRecord } from '../store/record.ts'
import { decodeJson } from '../values/json.ts'
import { reusesOf } from './reuse.ts'
import { workKind } from './work-id.ts'
import { workStateOf } from './work-state.ts'

/** The cost of one kind of work, and the savings from reuse. */
export interface LedgerLine {
  /** The number of results in the memory, and what computing them cost. */
  readonly computed: number
  readonly computedMs: number
  readonly computedTokens: number
  /** US dollars. Models with unknown prices are not included. */
  readonly computedUsd: number
  /** How often a result was reused instead of recomputed, and what that saved. */
  readonly reused: number
  readonly savedMs: number
  readonly savedTokens: number
  readonly savedUsd: number
}

/**
 * Costs and savings over all processes and runs of the space, by kind of work. The
 * kind is the part of the key before the first `/`.
 */
export type LedgerReport = Readonly<Record<string, LedgerLine>>

/** The savings from reusing one kind of work. */
export type Saved = Pick<LedgerLine, 'reused' | 'savedMs' | 'savedTokens' | 'savedUsd'>

/** Sums costs and savings by kind of work. */
export class LedgerTable {
  readonly #lines = new Map<string, { -readonly [Name in keyof LedgerLine]: number }>()

  add(kind: string, saved: Saved): void {
    const line = this.#line(kind)
    line.reused += saved.reused
    line.savedMs += saved.savedMs
    line.savedTokens += saved.savedTokens
    line.savedUsd += saved.savedUsd
  }

  addBatch({ value }: StoredRecord): void {
    for (const { work, count, savedMs, savedTokens, savedUsd = 0 } of reusesOf(value)) {
      this.add(workKind(work), { reused: count, savedMs, savedTokens, savedUsd })
    }
  }

  addWork({ id, value }: StoredRecord): void {
    const work = workStateOf(decodeJson(value))
    if (work?.state !== 'done') return
    const { durationMs, tokens, usd = 0 } = work
    const line = this.#line(workKind(id))
    line.computed += 1
    line.computedMs += durationMs
    line.computedTokens += tokens
    line.computedUsd += usd
  }

  saved(): [kind: string, Saved][] {
    return [...this.#lines].map(([kind, { reused, savedMs, savedTokens, savedUsd }]) => {
      return [kind, { reused, savedMs, savedTokens, savedUsd }]
    })
  }

  report(): LedgerReport {
    return Object.fromEntries(this.#lines)
  }

  #line(kind: string): { -readonly [Name in keyof LedgerLine]: number } {
    const known = this.#lines.get(kind)
    if (known) return known
    const fresh = { ...nothing }
    this.#lines.set(kind, fresh)
    return fresh
  }
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
