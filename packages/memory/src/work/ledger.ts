import { randomUUID } from 'node:crypto'

import type { Mutation, SetMutation } from '../store/mutation.ts'
import { recordPages } from '../store/record-pages.ts'
import type { RecordMeta } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { isSealed } from '../values/sealed-text.ts'
import { LedgerTable } from './ledger-table.ts'
import type { LedgerReport, Saved } from './ledger-table.ts'
import { addReuses, ledgerSum } from './reuse.ts'
import type { Reuse } from './reuse.ts'

/** Reuses are written in batches, after this time at the latest, */
const flushMs = 250
/** or when this many different ones are buffered. */
const maxBatch = 1_000

/** Batches kept while the store refuses to take them. */
const maxUnwritten = 100

/** Batches compacted at once. */
const compactedAtOnce = 500

/**
 * A time to live that ended a year ago, so that a clock set back does not revive it.
 * A delete would be a change in the feed, and push older changes out of it.
 */
const longGone = -365 * 24 * 3_600_000

/**
 * Records reuses off the hot path: they wait at most {@link flushMs}, equal ones
 * become one with a count, and each batch becomes one record. What was computed is
 * in the records of the work itself, written with the results.
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
    this.#noted.set(name, known ? addReuses(known, reuse) : reuse)
    if (this.#noted.size >= maxBatch) void this.#flush()
    else this.#timer ??= setTimeout(() => void this.#flush(), flushMs).unref()
  }

  async report(): Promise<LedgerReport> {
    await this.#flush()
    for (;;) {
      const { version, kinds } = await this.#sum()
      const lines = new LedgerTable()
      for (const [kind, spared] of kinds) lines.add(kind, spared)
      for await (const records of recordPages(this.#store, { collection: 'work', limit: 1_000 })) {
        for (const record of records) lines.addWork(record)
      }
      for await (const records of recordPages(this.#store, { collection: 'ledger', limit: 1_000 })) {
        for (const record of records) if (record.id !== ledgerSum) lines.addBatch(record)
      }
      // A batch compacted meanwhile may have been counted twice, or not at all.
      if ((await this.#sum()).version === version) return lines.report()
    }
  }

  /**
   * Adds batches that the feed no longer holds to one sum, so that the ledger does
   * not grow for ever. The new sum and the end of its batches are one atom, so each
   * batch counts once, even when several processes compact.
   */
  async compact(): Promise<void> {
    for (;;) {
      const { changes, trimmed } = await this.#store.changes(0, 1)
      const [oldest] = changes
      if (!trimmed || !oldest) return
      // Read first: whoever compacts after that changes it, and this write is refused.
      const { version, kinds } = await this.#sum()
      const page = await this.#store.query({ collection: 'ledger', order: 'oldest', limit: compactedAtOnce })
      const due = page.records.filter(({ id, seq, value }) => id !== ledgerSum && seq < oldest.seq && !isSealed(value))
      if (due.length < compactedAtOnce) return
      const lines = new LedgerTable()
      for (const [kind, spared] of kinds) lines.add(kind, spared)
      for (const record of due) lines.addBatch(record)
      const ends = due.map(({ id, version: ifVersion }): Mutation => {
        return { type: 'touch', key: { collection: 'ledger', id }, ifVersion, ttlMs: longGone }
      })
      const commit = await this.#store.write([this.#mutation(ledgerSum, lines.saved(), version), ...ends])
      // Another process is compacting at the same time.
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
      // Its id is unique: written again after a lost answer, it counts once.
      this.#unwritten.push(this.#mutation(randomUUID(), [...this.#noted.values()], 0))
      this.#unwritten = this.#unwritten.slice(-maxUnwritten)
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
      // The next batch includes it.
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
