import { setTimeout as pause } from 'node:timers/promises'

import type { Guard } from '../store/mutation.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { isOutage } from '../values/outlast.ts'
import type { ResolvedMeaning } from './embedder.ts'
import { embedTexts } from './embed-texts.ts'
import type { EmbeddingLease } from './embedding-lease.ts'
import { keptForm } from './vector-form.ts'
import type { KeptVector } from './vector-form.ts'
import { nameOf, readIntact } from './vector-index.ts'
import type { VectorIndex } from './vector-index.ts'
import { contentOf, embeddedText, setVector } from './vector-record.ts'
import type { VectorKind } from './vector-record.ts'

/** What an {@link Embedding} works with. */
export interface EmbeddingParts {
  readonly store: Store
  readonly kind: VectorKind
  readonly embedder: ResolvedMeaning['embedder']
  readonly index: VectorIndex
  readonly lease: EmbeddingLease
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

/** Orphans of one batch. */
const most = 500
const firstPauseMs = 50
const longestPauseMs = 60_000
/** A text that fails so often by itself is put aside, for a minute and then twice as long each time. */
const attempts = 3
const asideMs = 60_000
const longestAsideMs = 3_600_000

interface Failures {
  count: number
  /** When it is tried again; `performance.now()`. */
  retryAt: number
}

interface Pending {
  readonly record: StoredRecord
  readonly text: string
  readonly content: string
}

/**
 * Makes vectors for the records that have none. A batch that fails is tried again after a pause, with half as many texts:
 * so a text that no vector can be made of ends up alone, and is put aside.
 */
export class Embedding {
  readonly #parts: EmbeddingParts
  readonly #failures = new Map<string, Failures>()
  #texts: number
  #pauseMs = firstPauseMs
  #lastError: unknown

  constructor(parts: EmbeddingParts) {
    this.#parts = parts
    this.#texts = parts.embedder.maxTexts
  }

  /** Why the last attempt failed; `undefined` if it did not. */
  get lastError(): unknown {
    return this.#lastError
  }

  /** How many records without a vector were put aside. */
  get failed(): number {
    let failed = 0
    for (const [name, { count }] of this.#failures)
      if (count >= attempts && this.#parts.index.pending.has(name)) failed += 1
    return failed
  }

  /** Makes all vectors that can be made now. @throws StoreError; the signal's reason */
  async run(): Promise<void> {
    const { index, lease, signal } = this.#parts
    try {
      for (;;) {
        signal.throwIfAborted()
        await index.update()
        if (this.#due(1).length === 0 && index.orphans.size === 0) return
        const guard = await lease.take()
        if (!guard) return
        // Whoever had the lease before may have done it.
        await index.update()
        await this.#dropOrphans(guard)
        const due = this.#due(this.#texts)
        if (due.length > 0) await this.#embed(due, guard)
      }
    } finally {
      await lease.release()
    }
  }

  /** Vectors whose records are gone are left by processes that know no vectors. */
  async #dropOrphans(guard: Guard): Promise<void> {
    const { index, lease, store } = this.#parts
    const gone = [...index.orphans].slice(0, most)
    if (gone.length === 0) return
    const commit = await store.write(gone.map(([, key]) => ({ type: 'delete', key, author: 'skein', guard })))
    if (!commit.ok) return lease.lose()
    for (const [name] of gone) index.orphans.delete(name)
  }

  #due(limit: number): RecordKey[] {
    const now = performance.now()
    const due: RecordKey[] = []
    for (const [name, key] of this.#parts.index.pending) {
      if (due.length === limit) break
      const failures = this.#failures.get(name)
      if (failures === undefined || failures.retryAt <= now) due.push(key)
    }
    return due
  }

  async #embed(keys: readonly RecordKey[], guard: Guard): Promise<void> {
    const { store, kind, lease, signal } = this.#parts
    const pending = await this.#read(keys)
    try {
      const vectors = await this.#vectorsOf(pending)
      const writes = pending.map(({ record, content }) => {
        const vector = vectors.get(content) as KeptVector
        return store.write(setVector(record, kind, { content, vector }, { guard, now: store.now() }))
      })
      const commits = await Promise.all(writes)
      if (commits.some((commit) => !commit.ok && commit.refusal.reason === 'guard')) return lease.lose()
    } catch (error) {
      signal.throwIfAborted()
      if (isOutage(error)) throw error
      await this.#failed(keys, error)
      return
    }
    for (const key of keys) this.#failures.delete(nameOf(key))
    this.#lastError = undefined
    this.#pauseMs = firstPauseMs
    this.#texts = Math.min(2 * this.#texts, this.#parts.embedder.maxTexts)
  }

  /** What is to be embedded. What has no text needs no vector. */
  async #read(keys: readonly RecordKey[]): Promise<readonly Pending[]> {
    const { store, embedder, index } = this.#parts
    const records = await readIntact(store, keys)
    return keys.flatMap((key, at) => {
      const record = records[at]
      const text = record && embeddedText(record, embedder.maxTextLength)
      if (text !== undefined) return [{ record: record as StoredRecord, text, content: contentOf(text) }]
      index.pending.delete(nameOf(key))
      return []
    })
  }

  /** The vectors of some texts by content. Each text is embedded once, however many records have it. */
  async #vectorsOf(pending: readonly Pending[]): Promise<ReadonlyMap<string, KeptVector>> {
    const { embedder, index, kind, signal } = this.#parts
    const vectors = new Map<string, KeptVector>()
    const unknown = new Map<string, string>()
    for (const { content, text } of pending) {
      const known = index.table.vectorOf(content)
      if (known) vectors.set(content, known)
      else unknown.set(content, text)
    }
    if (unknown.size === 0) return vectors
    const made = await embedTexts(embedder, [...unknown.values()], signal)
    for (const [at, content] of [...unknown.keys()].entries()) {
      vectors.set(content, keptForm(made[at] as ArrayLike<number>, kind.form))
    }
    return vectors
  }

  async #failed(keys: readonly RecordKey[], error: unknown): Promise<void> {
    const { lease, signal, onError } = this.#parts
    // Once for each row of failures.
    if (this.#lastError === undefined) onError(error)
    this.#lastError = error
    const [first] = keys
    if (keys.length === 1 && first) this.#countFailure(nameOf(first))
    this.#texts = Math.max(1, Math.ceil(keys.length / 2))
    // Another process may have an embedder that works.
    await lease.release()
    await pause(this.#pauseMs, undefined, { signal, ref: false })
    this.#pauseMs = Math.min(longestPauseMs, 2 * this.#pauseMs)
  }

  #countFailure(name: string): void {
    const count = (this.#failures.get(name)?.count ?? 0) + 1
    const asideFor = Math.min(longestAsideMs, asideMs * 2 ** (count - attempts))
    this.#failures.set(name, { count, retryAt: count < attempts ? 0 : performance.now() + asideFor })
  }
}
