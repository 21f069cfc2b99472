import { randomUUID } from 'node:crypto'

import { parseWorkId } from './work-id.ts'
import { workStateOf } from './work-state.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { recordPages } from '../store/record-pages.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { Store } from '../store/store.ts'
import type { Mutation, SetMutation } from '../store/mutation.ts'
import type { RecordMeta, StoredRecord } from '../store/record.ts'

/** Work that an agent used again instead of doing it, one or more times within a moment. */
export interface Reuse {
  /** The key of the work. */
  readonly work: string
  readonly agent: string
  /** How often. What was saved is that of all times together. */
  readonly count: number
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

/** Reuses are written in batches, at the latest after this time … */
const flushMs = 250
/** … or when so many different ones were noted. */
const largestBatch = 1_000

/** Batches that are kept while the store refuses to take them. */
const mostUnwritten = 100

/** Batches that are summed up at once. */
const compactedAtOnce = 500

/**
 * A time to live that ended a year ago, so that no clock that is set back makes it
 * begin again. A delete would be told by the feed, and push out what it tells of others.
 */
const longGone = -365 * 24 * 3_600_000

/** The record of the `ledger` collection that holds the sum of old batches. */
export const ledgerSum = 'sum'

/**
 * Writes down what was reused, off the hot path: reuses wait at most
 * {@link flushMs}, equal ones become one with a count, and all one record. What
 * was computed stands in the records of the work themselves, written with the
 * results.
 */
export class Ledger implements AsyncDisposable {
  readonly #store: Store
  readonly #owner: string
  readonly #onError: (error: unknown) => void
  #noted = new Map<string, Reuse>()
  #unwritten: SetMutation[] = []
  #writing: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined

  constructor(store: Store, owner: string, onError: (error: unknown) => void) {
    this.#store = store
    this.#owner = owner
    this.#onError = onError
  }

  note(reuse: Reuse): void {
    const { agent, work } = reuse
    const name = `${agent.length} ${agent}${work}`
    const known = this.#noted.get(name)
    this.#noted.set(name, known ? together(known, reuse) : reuse)
    if (this.#noted.size >= largestBatch) void this.#flush()
    else this.#timer ??= setTimeout(() => void this.#flush(), flushMs).unref()
  }

  async report(): Promise<LedgerReport> {
    await this.#flush()
    for (;;) {
      const { version, kinds } = await this.#sum()
      const lines = new LineTable()
      for (const [kind, spared] of kinds) lines.add(kind, spared)
      for await (const records of recordPages(this.#store, { collection: 'work', limit: 1_000 })) {
        for (const record of records) lines.addWork(record)
      }
      for await (const records of recordPages(this.#store, { collection: 'ledger', limit: 1_000 })) {
        for (const record of records) if (record.id !== ledgerSum) lines.addBatch(record)
      }
      // What was summed up meanwhile may have been counted twice, or not at all.
      if ((await this.#sum()).version === version) return lines.report()
    }
  }

  /**
   * Adds batches of which the feed no longer tells, so that nobody sees them come
   * any more, to the sum of all such: the ledger must not grow for ever. The new
   * sum and the end of its batches are one atom, so that each counts once,
   * whoever else is at it.
   */
  async compact(): Promise<void> {
    for (;;) {
      const { changes, trimmed } = await this.#store.changes(0, 1)
      const [oldest] = changes
      if (!trimmed || !oldest) return
      // Asked for first: whoever sums up after that changes it, and this write is refused.
      const { version, kinds } = await this.#sum()
      const page = await this.#store.query({ collection: 'ledger', order: 'oldest', limit: compactedAtOnce })
      const due = page.records.filter(({ id, seq, value }) => id !== ledgerSum && seq < oldest.seq && !isSealed(value))
      if (due.length < compactedAtOnce) return
      const lines = new LineTable()
      for (const [kind, spared] of kinds) lines.add(kind, spared)
      for (const record of due) lines.addBatch(record)
      const ends = due.map(({ id, version: ifVersion }): Mutation => {
        return { type: 'touch', key: { collection: 'ledger', id }, ifVersion, ttlMs: longGone }
      })
      const commit = await this.#store.write([this.#mutation(ledgerSum, lines.saved(), version), ...ends])
      // Another process does the same just now.
      if (!commit.ok) return
    }
  }

  async #sum(): Promise<{ readonly version: number; readonly kinds: readonly (readonly [kind: string, Saved])[] }> {
    const [record] = await this.#store.read([{ collection: 'ledger', id: ledgerSum }])
    return { version: record?.version ?? 0, kinds: record ? (decodeJson(record.value) as [string, Saved][]) : [] }
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#noted.size > 0) {
      // Its id is its own: written again after an answer that was lost, it counts once.
      this.#unwritten.push(this.#mutation(randomUUID(), [...this.#noted.values()], 0))
      this.#unwritten = this.#unwritten.slice(-mostUnwritten)
      this.#noted = new Map()
    }
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    try {
      for (;;) {
        const [next] = this.#unwritten
        if (!next) return
        await this.#store.write([next])
        if (this.#unwritten[0] === next) this.#unwritten.shift()
      }
    } catch (error) {
      // The next batch takes it along.
      this.#onError(error)
    }
  }

  #mutation(id: string, value: unknown, ifVersion: number): SetMutation {
    return { type: 'set', key: { collection: 'ledger', id }, value: encodeJson(value), meta: this.#meta, ifVersion }
  }

  get #meta(): RecordMeta {
    return { author: this.#owner, tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flush()
  }
}

/** What was spared of one kind of work. */
type Saved = Pick<LedgerLine, 'reused' | 'savedMs' | 'savedTokens' | 'savedUsd'>

/** Adds up lines by kind of work. */
class LineTable {
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

/** The reuses that one record of the `ledger` collection, other than {@link ledgerSum}, holds as JSON text. */
export function reusesOf(text: string): readonly Reuse[] {
  return decodeJson(text) as readonly Reuse[]
}

function together(one: Reuse, other: Reuse): Reuse {
  return {
    ...one,
    count: one.count + other.count,
    savedMs: one.savedMs + other.savedMs,
    savedTokens: one.savedTokens + other.savedTokens,
    savedUsd: (one.savedUsd ?? 0) + (other.savedUsd ?? 0),
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
