import type { FoundKey } from '../search/term-table.ts'
import type { Change } from '../store/change.ts'
import type { RecordFilter } from '../store/query.ts'
import { correctedKey } from '../store/correction-key.ts'
import { recordPages } from '../store/record-pages.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { asHeld, covers } from '../values/access.ts'
import type { Audience } from '../values/access.ts'
import { CorruptRecordError } from '../values/errors.ts'
import { inverseLength } from './vector-form.ts'
import type { KeptVector } from './vector-form.ts'
import { embedded, embeddedKey, isEmbedded, vectorKey, vectorOf } from './vector-record.ts'
import type { VectorKind } from './vector-record.ts'
import { VectorScanner } from './vector-scanner.ts'
import { VectorTable } from './vector-table.ts'

const pageSize = 500

/** What a {@link VectorIndex} works with. */
export interface VectorIndexParts {
  readonly store: Store
  readonly kind: VectorKind
  /** How the keys of facts begin that get vectors. */
  readonly facts: readonly string[]
  /** What the embedder may be given; `undefined` for everything. */
  readonly allows: Audience | undefined
}

/**
 * The vectors of a space as one process has them: read from the store once, then kept current by the feed. It knows, too,
 * which records have no vector yet.
 */
export class VectorIndex implements AsyncDisposable {
  readonly table: VectorTable
  /** Records without a vector, by name, those first that came first. */
  readonly pending: Map<string, RecordKey> = new Map()
  /** Vectors whose records are gone, by the names of those. */
  readonly orphans: Map<string, RecordKey> = new Map()
  readonly #parts: VectorIndexParts
  readonly #scanner = new VectorScanner()
  #position: Seq | undefined
  #incarnation: string | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: VectorIndexParts) {
    this.#parts = parts
    this.table = new VectorTable(parts.kind)
  }

  /** Whether a record gets a vector, if it has a text that the embedder may see. */
  concerns({ collection, id }: RecordKey): boolean {
    return collection === 'facts' ? this.#parts.facts.some((begin) => id.startsWith(begin)) : isEmbedded(collection)
  }

  /** Reads what has changed. @throws StoreError */
  update(): Promise<void> {
    return this.#inTurn(() => this.#update())
  }

  /** The records that are nearest to a vector, among all that were embedded before the call. @throws StoreError */
  find(query: KeptVector, filter: RecordFilter, limit: number): Promise<readonly FoundKey[]> {
    return this.#inTurn(async () => {
      await this.#update()
      const ended = this.table.dropExpired(this.#parts.store.now())
      await this.#take(ended, ended.length === 0 ? [] : await readIntact(this.#parts.store, ended))
      const { dimensions, form } = this.#parts.kind
      const { rows, count } = this.table.rowsFor(filter, this.#parts.store.now())
      if (count === 0) return []
      const { segments } = this.table
      const best = await this.#scanner.scan({ form, dimensions, segments, rows, count, query, limit })
      const length = inverseLength(query)
      const found = best.rows.map((row, index): FoundKey => {
        const { id, seq } = this.table.recordAt(row)
        return { key: { collection: filter.collection, id }, seq, score: (best.scores[index] as number) * length }
      })
      return found.toSorted((a, b) => b.score - a.score || b.seq - a.seq).slice(0, limit)
    })
  }

  /** One after the other: rows must not change while they are compared. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(work)
    // The caller gets the error; who comes next only waits for the end.
    this.#last = done.catch(() => {})
    return done
  }

  async #update(): Promise<void> {
    if (this.#position === undefined) return this.#build()
    for (;;) {
      const page = await this.#parts.store.changes(this.#position, pageSize)
      if (page.trimmed || page.last < this.#position || page.incarnation !== this.#incarnation) return this.#build()
      await this.#read(page.changes)
      this.#position = page.changes.at(-1)?.seq ?? this.#position
      if (page.changes.length < pageSize) return
    }
  }

  async #read(changes: readonly Change[]): Promise<void> {
    const keys = new Map<string, RecordKey>()
    for (const change of changes) {
      const key = embeddedKey(correctedKey(change) ?? change)
      if (key && this.concerns(key)) keys.set(nameOf(key), key)
    }
    if (keys.size === 0) return
    const records = await readIntact(this.#parts.store, [...keys.values()])
    await this.#take([...keys.values()], records)
  }

  /** Reads everything. What changes meanwhile is read twice, which is harmless. */
  async #build(): Promise<void> {
    const { store } = this.#parts
    this.#position = undefined
    this.table.clear()
    this.pending.clear()
    const { last, incarnation } = await store.changes(Number.MAX_SAFE_INTEGER, 1)
    for (const collection of embedded) {
      if (collection === 'facts' && this.#parts.facts.length === 0) continue
      for await (const page of recordPages(store, { collection, limit: pageSize })) {
        const concerned = page.filter((record) => this.concerns(record))
        await this.#take(concerned, concerned)
      }
    }
    this.#incarnation = incarnation
    this.#position = last
    await this.#update()
  }

  async #take(keys: readonly RecordKey[], records: readonly (StoredRecord | undefined)[]): Promise<void> {
    if (keys.length === 0) return
    const { store, kind, allows } = this.#parts
    const vectors = await readIntact(store, keys.map(vectorKey))
    for (const [index, key] of keys.entries()) {
      const [record, found] = [records[index], vectors[index]]
      if (!record && found) this.orphans.set(nameOf(key), vectorKey(key))
      else this.orphans.delete(nameOf(key))
      const vector = record && found && vectorOf(record, kind, found)
      if (vector) this.table.put(record, vector)
      else this.table.remove(key)
      const isPending = record && !vector && (allows === undefined || covers(allows, asHeld(record)))
      if (!isPending) this.pending.delete(nameOf(key))
      else this.pending.set(nameOf(key), { collection: key.collection, id: key.id })
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#inTurn(() => this.#scanner[Symbol.asyncDispose]())
  }
}

/** A record's name in {@link VectorIndex.pending}. */
export function nameOf({ collection, id }: RecordKey): string {
  return `${collection}/${id}`
}

/** Reads records; one that is damaged counts as absent. */
export async function readIntact(
  store: Store,
  keys: readonly RecordKey[],
): Promise<readonly (StoredRecord | undefined)[]> {
  const absentIfCorrupt = (error: unknown): undefined => {
    if (!(error instanceof CorruptRecordError)) throw error
  }
  const found = await store.read(keys).catch(absentIfCorrupt)
  return found ?? Promise.all(keys.map((key) => store.read([key]).then(([record]) => record, absentIfCorrupt)))
}
