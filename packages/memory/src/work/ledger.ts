import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

import type { Mutation, SetMutation } from '../store/mutation.ts'
import { recordPages } from '../store/record-pages.ts'
import type { RecordMeta } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import type { Audience } from '../values/access.ts'
import { encodeJson } from '../values/json.ts'
import { isSealed } from '../values/sealed-text.ts'
import { addEntries, batchText, entryKey, ledgerSum } from './ledger-entry.ts'
import type { LedgerEntry } from './ledger-entry.ts'
import { LedgerTable } from './ledger-table.ts'
import type { LedgerReport } from './ledger-table.ts'

/** Entries are written in batches, after this time at the latest, */
const flushMs = 250
/** or when this many distinct ones are buffered. */
const maxBatch = 1_000

/** Batches kept in memory while the store can't be written. */
const maxUnwritten = 100

/** Batches per compaction. */
const compactionSize = 500

/**
 * Makes a record expire as of a year ago, so that it stays expired if the clock is set
 * back. A delete would add a change to the feed and push older changes out of it.
 */
const expiredTtlMs = -365 * 24 * 3_600_000

/**
 * Records what work uses and what reuse saves, off the hot path. Entries are buffered for
 * at most {@link flushMs}, equal ones are merged into one, and each batch becomes one
 * record.
 */
export class Ledger implements AsyncDisposable {
  readonly #store: Store
  readonly #owner: string
  readonly #onError: (error: unknown) => void
  #noted = new Map<string, LedgerEntry>()
  #unwritten: SetMutation[] = []
  #writing: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined

  constructor(store: Store, owner: string, onError: (error: unknown) => void) {
    this.#store = store
    this.#owner = owner
    this.#onError = onError
  }

  /** Buffers an entry. */
  note(entry: LedgerEntry): void {
    const key = entryKey(entry)
    const known = this.#noted.get(key)
    this.#noted.set(key, known ? addEntries(known, entry) : entry)
    if (this.#noted.size >= maxBatch) void this.#flush()
    else this.#timer ??= setTimeout(() => void this.#flush(), flushMs).unref()
  }

  /** Flushes, and sums the ledger of the space, as far as an audience may see it. */
  async report(audience?: Audience): Promise<LedgerReport> {
    // What other threads noted before their work ended is in their ports by now, and is taken in with this turn.
    await setImmediate()
    await this.#flush()
    for (;;) {
      const { version, lines } = await this.#sum()
      for await (const records of recordPages(this.#store, { collection: 'work', limit: 1_000 })) {
        for (const record of records) lines.addWork(record)
      }
      for await (const records of recordPages(this.#store, { collection: 'ledger', limit: 1_000 })) {
        for (const record of records) if (record.id !== ledgerSum) lines.addBatch(record)
      }
      // A batch compacted meanwhile may have been counted twice, or not at all.
      if ((await this.#sum()).version === version) return lines.report(audience)
    }
  }

  /**
   * Merges batches that are no longer in the feed into one sum, so that the ledger does
   * not grow forever. One atomic write updates the sum and expires the batches, so each
   * batch counts once, even when several processes compact.
   */
  async compact(): Promise<void> {
    for (;;) {
      const { changes, trimmed } = await this.#store.changes(0, 1)
      const [oldest] = changes
      if (!trimmed || !oldest) return
      // Read the sum first: if another process compacts after that, the version differs and this write is refused.
      const { version, lines } = await this.#sum()
      const page = await this.#store.query({ collection: 'ledger', order: 'oldest', limit: compactionSize })
      const due = page.records.filter(({ id, seq, value }) => id !== ledgerSum && seq < oldest.seq && !isSealed(value))
      if (due.length < compactionSize) return
      for (const record of due) lines.addBatch(record)
      const ends = due.map(({ id, version: ifVersion }): Mutation => {
        return { type: 'touch', key: { collection: 'ledger', id }, ifVersion, ttlMs: expiredTtlMs }
      })
      const commit = await this.#store.write([this.#mutation(ledgerSum, encodeJson(lines.sums()), version), ...ends])
      // Another process compacted at the same time.
      if (!commit.ok) return
    }
  }

  async #sum(): Promise<{ readonly version: number; readonly lines: LedgerTable }> {
    const [record] = await this.#store.read([{ collection: 'ledger', id: ledgerSum }])
    const lines = new LedgerTable()
    if (record) lines.addSums(record.value)
    return { version: record?.version ?? 0, lines }
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#noted.size > 0) {
      // The id is unique, so a retry after an unknown outcome does not count twice.
      this.#unwritten.push(this.#mutation(randomUUID(), batchText([...this.#noted.values()]), 0))
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
      // The batch stays queued for the next flush.
      this.#onError(error)
    }
  }

  #mutation(id: string, value: string, ifVersion: number): SetMutation {
    return { type: 'set', key: { collection: 'ledger', id }, value, meta: this.#meta, ifVersion }
  }

  get #meta(): RecordMeta {
    return { author: this.#owner, tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flush()
  }
}
