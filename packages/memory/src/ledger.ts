import { randomUUID } from 'node:crypto'

import { decodeJson, encodeJson } from './json.ts'
import { recordPages } from './record-pages.ts'
import type { Store, StoredRecord } from './store.ts'

/** One time that work was not done again. */
export interface Reuse {
  /** The key of the work. */
  readonly work: string
  readonly agent: string
  readonly savedMs: number
  readonly savedTokens: number
  readonly savedUsd?: number | undefined
}

/** What was computed and spared of one kind of work. */
export interface LedgerLine {
  /** Results that stand in the memory, and what computing them took. */
  readonly computed: number
  readonly computedMs: number
  readonly computedTokens: number
  /** US dollars, as far as the prices of the models were known. */
  readonly computedUsd: number
  /** How often one of them was used instead of computing it again, and what that spared. */
  readonly reused: number
  readonly savedMs: number
  readonly savedTokens: number
  readonly savedUsd: number
}

/**
 * What was computed and what was spared, over all processes and runs of the
 * space, by kind of work: what stands before the first `/` of its key.
 */
export type LedgerReport = Readonly<Record<string, LedgerLine>>

/** Reuses are written in batches, at the latest after this time. */
const flushMs = 250
const largestBatch = 1_000

/**
 * Writes down what was reused, off the hot path: reuses wait at most
 * {@link flushMs} and become one record. What was computed stands in the
 * records of the work themselves, written with the results.
 */
export class Ledger implements AsyncDisposable {
  readonly #store: Store
  readonly #owner: string
  readonly #onError: (error: unknown) => void
  #pending: Reuse[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(store: Store, owner: string, onError: (error: unknown) => void) {
    this.#store = store
    this.#owner = owner
    this.#onError = onError
  }

  note(reuse: Reuse): void {
    this.#pending.push(reuse)
    if (this.#pending.length >= largestBatch) void this.#flush()
    else this.#timer ??= setTimeout(() => void this.#flush(), flushMs).unref()
  }

  async report(): Promise<LedgerReport> {
    await this.#flush()
    const lines = new Map<string, { -readonly [Name in keyof LedgerLine]: number }>()
    const line = (work: string) => {
      const known = lines.get(kindOf(work))
      if (known) return known
      const fresh = { ...nothing }
      lines.set(kindOf(work), fresh)
      return fresh
    }
    for (const record of await this.#all('work')) {
      const work = decodeJson(record.value) as Done
      if (work.state !== 'done') continue
      const kind = line(record.id)
      kind.computed += 1
      kind.computedMs += work.durationMs
      kind.computedTokens += work.tokens
      kind.computedUsd += work.usd ?? 0
    }
    for (const reuse of (await this.#all('ledger')).flatMap((record) => decodeJson(record.value) as readonly Reuse[])) {
      const kind = line(reuse.work)
      kind.reused += 1
      kind.savedMs += reuse.savedMs
      kind.savedTokens += reuse.savedTokens
      kind.savedUsd += reuse.savedUsd ?? 0
    }
    return Object.fromEntries(lines)
  }

  async #all(collection: 'work' | 'ledger'): Promise<StoredRecord[]> {
    const all: StoredRecord[] = []
    for await (const page of recordPages(this.#store, { collection, limit: 1_000 })) all.push(...page)
    return all
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#pending
    this.#pending = []
    if (batch.length === 0) return
    const meta = { author: this.#owner, tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
    const key = { collection: 'ledger', id: randomUUID() } as const
    try {
      await this.#store.write([{ type: 'set', key, value: encodeJson(batch), meta }])
    } catch (error) {
      this.#onError(error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flush()
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

interface Done {
  readonly state: string
  readonly durationMs: number
  readonly tokens: number
  readonly usd?: number
}

/** The kind of a work's id, which begins with the clearance that it belongs to and a space. */
function kindOf(id: string): string {
  return /^\S* ([^/]*)/.exec(id)?.[1] ?? id
}
