import { randomUUID } from 'node:crypto'

import { decodeJson, encodeJson } from './json.ts'
import type { Store, StoredRecord } from './store.ts'

/** One time that work was not done again. */
export interface Reuse {
  /** The key of the work. */
  readonly work: string
  readonly agent: string
  readonly savedMs: number
  readonly savedTokens: number
}

/** What the flock computed and what it was spared, over all processes and runs of the space. */
export interface LedgerReport {
  /** Results that stand in the memory, and what computing them took. */
  readonly computed: number
  readonly computedMs: number
  readonly computedTokens: number
  /** How often one of them was used instead of computing it again. */
  readonly reused: number
  readonly savedMs: number
  readonly savedTokens: number
}

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
    const done = (await this.#all('work')).map((record) => decodeJson(record.value) as Done).filter((work) => work.state === 'done')
    const reuses = (await this.#all('ledger')).flatMap((record) => decodeJson(record.value) as readonly Reuse[])
    return {
      computed: done.length,
      computedMs: sum(done.map((work) => work.durationMs)),
      computedTokens: sum(done.map((work) => work.tokens)),
      reused: reuses.length,
      savedMs: sum(reuses.map((reuse) => reuse.savedMs)),
      savedTokens: sum(reuses.map((reuse) => reuse.savedTokens)),
    }
  }

  async #all(collection: 'work' | 'ledger'): Promise<StoredRecord[]> {
    const all: StoredRecord[] = []
    let after: number | undefined
    do {
      const page = await this.#store.query({ collection, order: 'oldest', limit: 1_000, after })
      all.push(...page.records)
      after = page.next
    } while (after !== undefined)
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

interface Done {
  readonly state: string
  readonly durationMs: number
  readonly tokens: number
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
