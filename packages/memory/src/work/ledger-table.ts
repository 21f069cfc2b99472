import type { StoredRecord } from '../store/record.ts'
import { covers } from '../values/access.ts'
import type { Audience, Label } from '../values/access.ts'
import { decodeJson } from '../values/json.ts'
import { addCost, noCost } from './cost.ts'
import type { Cost } from './cost.ts'
import { earlierCost, entriesOf } from './ledger-entry.ts'
import { parseWorkId, workId } from './work-id.ts'
import { costOfWork, workStateOf } from './work-state.ts'

/** Usage and savings of one kind of work. */
export interface LedgerLine {
  /** The number of results in the memory. */
  readonly computed: number
  /** What work of this kind has used so far, also where it failed or its result is gone. */
  readonly used: Cost
  /** How often a result was reused instead of recomputed, and what that saved. */
  readonly reused: number
  readonly saved: Cost
}

/**
 * Costs and savings over all processes and runs of the space, by kind of work: the part of the key before the first
 * `/`. Each cost is in the line of the work that caused it, so the lines add up: see `sumOfLedger`.
 */
export type LedgerReport = Readonly<Record<string, LedgerLine>>

/** A line without the number of results, which the records of work tell. */
export type LedgerSum = Omit<LedgerLine, 'computed'>

/** A sum as earlier versions kept it. */
interface EarlierSum {
  readonly reused: number
  readonly savedMs: number
  readonly savedTokens: number
  readonly savedUsd: number
}

const nothing: LedgerLine = { computed: 0, used: noCost, reused: 0, saved: noCost }

/** Sums costs and savings by kind of work, and by who may see it: a name in the table is a kind after a clearance. */
export class LedgerTable {
  readonly #lines = new Map<string, LedgerLine>()

  add(name: string, line: Partial<LedgerLine>): void {
    this.#lines.set(name, plus(this.#lines.get(name) ?? nothing, { ...nothing, ...line }))
  }

  /** Adds what {@link sums} returned. */
  addSums(text: string): void {
    for (const [name, sum] of decodeJson(text) as [string, LedgerSum | EarlierSum][]) {
      if ('savedMs' in sum) {
        const { reused, savedMs, savedTokens, savedUsd } = sum
        this.add(name, { reused, saved: earlierCost(savedMs, savedTokens, savedUsd) })
      } else {
        this.add(name, sum)
      }
    }
  }

  addBatch({ value }: StoredRecord): void {
    for (const entry of entriesOf(value)) {
      const name = nameOf(entry.work)
      if ('used' in entry) this.add(name, { used: entry.used })
      else this.add(name, { reused: entry.count, saved: entry.saved })
    }
  }

  addWork({ id, value }: StoredRecord): void {
    const work = workStateOf(decodeJson(value))
    if (work?.state !== 'done') return
    // Earlier versions wrote what it used nowhere else.
    this.add(nameOf(id), { computed: 1, ...(!work.cost && { used: costOfWork(work) }) })
  }

  sums(): [name: string, LedgerSum][] {
    return [...this.#lines].map(([name, { used, reused, saved }]) => [name, { used, reused, saved }])
  }

  /** @param audience - Whose report it is; without one, everything counts. */
  report(audience?: Audience): LedgerReport {
    const kinds = new Map<string, LedgerLine>()
    for (const [name, line] of this.#lines) {
      const { label, kind } = parseName(name)
      if (!audience || covers(audience, label)) kinds.set(kind, plus(kinds.get(kind) ?? nothing, line))
    }
    return Object.fromEntries(kinds)
  }
}

/** The sum of all lines. */
export function sumOfLedger(report: LedgerReport): LedgerLine {
  return Object.values(report).reduce(plus, nothing)
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

function plus(a: LedgerLine, b: LedgerLine): LedgerLine {
  return {
    computed: a.computed + b.computed,
    used: addCost(a.used, b.used),
    reused: a.reused + b.reused,
    saved: addCost(a.saved, b.saved),
  }
}
