import type { StoredRecord } from '../store/record.ts'
import { covers } from '../values/access.ts'
import type { Audience, Label } from '../values/access.ts'
import { decodeJson } from '../values/json.ts'
import { reusesOf } from './reuse.ts'
import { parseWorkId, workId } from './work-id.ts'
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

type Line = { -readonly [Name in keyof LedgerLine]: number }

/** Sums costs and savings by kind of work, and by who may see it: a name in the table is a kind after a clearance. */
export class LedgerTable {
  readonly #lines = new Map<string, Line>()

  add(name: string, saved: Saved): void {
    const line = this.#line(name)
    line.reused += saved.reused
    line.savedMs += saved.savedMs
    line.savedTokens += saved.savedTokens
    line.savedUsd += saved.savedUsd
  }

  addBatch({ value }: StoredRecord): void {
    for (const { work, count, savedMs, savedTokens, savedUsd = 0 } of reusesOf(value)) {
      this.add(nameOf(work), { reused: count, savedMs, savedTokens, savedUsd })
    }
  }

  addWork({ id, value }: StoredRecord): void {
    const work = workStateOf(decodeJson(value))
    if (work?.state !== 'done') return
    const { durationMs, tokens, usd = 0 } = work
    const line = this.#line(nameOf(id))
    line.computed += 1
    line.computedMs += durationMs
    line.computedTokens += tokens
    line.computedUsd += usd
  }

  saved(): [name: string, Saved][] {
    return [...this.#lines].map(([name, { reused, savedMs, savedTokens, savedUsd }]) => {
      return [name, { reused, savedMs, savedTokens, savedUsd }]
    })
  }

  /** @param audience - Whose report it is; without one, everything counts. */
  report(audience?: Audience): LedgerReport {
    const kinds = new Map<string, Line>()
    for (const [name, line] of this.#lines) {
      const { label, kind } = parseName(name)
      if (!audience || covers(audience, label)) kinds.set(kind, plus(kinds.get(kind) ?? { ...nothing }, line))
    }
    return Object.fromEntries(kinds)
  }

  #line(name: string): Line {
    const known = this.#lines.get(name)
    if (known) return known
    const fresh = { ...nothing }
    this.#lines.set(name, fresh)
    return fresh
  }
}

function nameOf(work: string): string {
  const { label, kind } = parseWorkId(work)
  return workId({ level: label.sensitivity, compartments: label.compartments }, kind)
}

/** Sums of earlier versions name no clearance: they may contain anything. */
function parseName(name: string): { label: Label; kind: string } {
  return name.includes(' ')
    ? parseWorkId(name)
    : { label: { sensitivity: 'confidential', compartments: [] }, kind: name }
}

function plus(a: Line, b: Line): Line {
  for (const name of Object.keys(nothing) as (keyof Line)[]) a[name] += b[name]
  return a
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
