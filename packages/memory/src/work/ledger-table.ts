import type { StoredRecord } from '../store/record.ts'
import { decodeJson } from '../values/json.ts'
import { reusesOf } from './reuse.ts'
import { parseWorkId } from './work-id.ts'
import { workStateOf } from './work-state.ts'

/** What was computed of one kind of work, and what reuse saved. */
export interface LedgerLine {
  /** Results in the memory, and what computing them cost. */
  readonly computed: number
  readonly computedMs: number
  readonly computedTokens: number
  /** US dollars, as far as the prices of the models were known. */
  readonly computedUsd: number
  /** How often a result was used instead of computing it again, and what that saved. */
  readonly reused: number
  readonly savedMs: number
  readonly savedTokens: number
  readonly savedUsd: number
}

/**
 * What was computed and what reuse saved, over all processes and runs of the
 * space, by kind of work: the part of its key before the first `/`.
 */
export type LedgerReport = Readonly<Record<string, LedgerLine>>

/** What reuse saved of one kind of work. */
export type Saved = Pick<LedgerLine, 'reused' | 'savedMs' | 'savedTokens' | 'savedUsd'>

/** Adds up lines by kind of work. */
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
      this.add(parseWorkId(work).kind, { reused: count, savedMs, savedTokens, savedUsd })
    }
  }

  addWork({ id, value }: StoredRecord): void {
    const work = workStateOf(decodeJson(value))
    if (work?.state !== 'done') return
    const { durationMs, tokens, usd = 0 } = work
    const line = this.#line(parseWorkId(id).kind)
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
