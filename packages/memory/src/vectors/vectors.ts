import type { FoundKey } from '../search/term-table.ts'
import type { LeaseKeeper } from '../space/lease-keeper.ts'
import type { MeaningQuery, MeaningSearch, SearchBy } from '../space/meaning-search.ts'
import type { Change } from '../store/change.ts'
import type { Store, Unwatch } from '../store/store.ts'
import { covers } from '../values/access.ts'
import { AccessError, OptionError, EmbedderError, MemoryClosedError } from '../values/errors.ts'
import { withSignal } from '../values/with-signal.ts'
import type { ResolvedMeaning } from './embedder.ts'
import { Embedding } from './embedding.ts'
import { EmbeddingLease } from './embedding-lease.ts'
import { embedTexts } from './embed-texts.ts'
import { isInForce, kindKey, putInForce } from './kind-in-force.ts'
import { keptForm } from './vector-form.ts'
import type { KeptVector } from './vector-form.ts'
import { VectorIndex } from './vector-index.ts'
import type { VectorKind } from './vector-record.ts'

/** The progress of a space's vectors, as far as this process knows. */
export interface VectorReport {
  /** The id of the embedder. */
  readonly embedder: string
  /** Records with a vector. */
  readonly stored: number
  /** Records that get one soon. */
  readonly pending: number
  /** Records whose text failed several times by itself. They are tried again after minutes. */
  readonly failed: number
  /** Why the last attempt failed; `undefined` if it did not. */
  readonly lastError: unknown
}

/** What {@link Vectors} works with. */
export interface VectorsParts {
  readonly store: Store
  readonly leases: LeaseKeeper
  /** How often to look at the feed, should a hint be lost, in milliseconds. */
  readonly pollMs: number
  readonly onError: (error: unknown) => void
}

/** Vectors of so many queries are remembered. */
const rememberedQueries = 100

/** Search by meaning in the thread that opened the memory: makes vectors in the background, and compares them. */
export class Vectors implements MeaningSearch, AsyncDisposable {
  readonly by: SearchBy
  readonly hasFacts: boolean
  readonly #options: ResolvedMeaning
  readonly #kind: VectorKind
  readonly #parts: VectorsParts
  readonly #index: VectorIndex
  readonly #embedding: Embedding
  readonly #closing = new AbortController()
  readonly #queries = new Map<string, Promise<KeptVector>>()
  readonly #waiting = new Set<() => void>()
  #unwatch: Unwatch | undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isDue = false
  #isInForce = true

  constructor(options: ResolvedMeaning, parts: VectorsParts) {
    const { embedder, allows, form, by, facts } = options
    const { store, leases, onError } = parts
    this.by = by
    this.hasFacts = facts.length > 0
    this.#options = options
    this.#parts = parts
    this.#kind = { embedder: embedder.id, dimensions: embedder.dimensions, form }
    this.#index = new VectorIndex({ store, kind: this.#kind, facts, allows })
    const lease = new EmbeddingLease(store, leases)
    const { signal } = this.#closing
    this.#embedding = new Embedding({ store, kind: this.#kind, embedder, index: this.#index, lease, signal, onError })
  }

  /** Begins to make vectors in the background. @throws StoreError */
  async start(): Promise<void> {
    await putInForce(this.#parts.store, this.#kind, this.hasFacts)
    this.#unwatch = this.#parts.store.watch((change) => this.#onChange(change))
    this.#timer = setInterval(() => this.#wake(), this.#parts.pollMs).unref()
    this.#wake()
  }

  get report(): VectorReport {
    const { failed, lastError } = this.#embedding
    const { table, pending } = this.#index
    return { embedder: this.#kind.embedder, stored: table.size, pending: pending.size - failed, failed, lastError }
  }

  /** Resolves when everything that was written before has its vector, or failed. @throws StoreError, EmbedderError */
  async ready(signal: AbortSignal | undefined): Promise<void> {
    for (this.#wake(); ;) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiting.add(resolve)
      await this.#requireInForce()
      await this.#index.update()
      if (this.report.pending === 0) return
      signal?.throwIfAborted()
      await withSignal(promise, signal)
      if (this.#closing.signal.aborted) throw new MemoryClosedError()
    }
  }

  async find({ text, limit, label, isOptional, ...filter }: MeaningQuery): Promise<readonly FoundKey[]> {
    const { embedder, allows } = this.#options
    if (allows && label && !covers(allows, label)) {
      throw new AccessError(
        `the embedder "${embedder.id}"`,
        'a higher clearance in `allows`, because the query may repeat secrets,',
      )
    }
    await this.#requireInForce()
    const query = text.slice(0, embedder.maxTextLength).toWellFormed()
    if (query.trim() === '') return []
    const vector = this.#vectorOf(query)
    return this.#index.find(await (isOptional ? this.#soon(vector) : vector), filter, limit)
  }

  /** Whoever asks again later gets it. */
  async #soon(vector: Promise<KeptVector>): Promise<KeptVector> {
    const { embedder, maxWaitMs } = this.#options
    const timeout = AbortSignal.timeout(maxWaitMs)
    try {
      return await withSignal(vector, timeout)
    } catch (cause) {
      if (cause !== timeout.reason) throw cause
      throw new EmbedderError(embedder.id, `did not answer within ${maxWaitMs} ms, so the search goes by words.`, {
        cause,
      })
    }
  }

  #vectorOf(query: string): Promise<KeptVector> {
    const known = this.#queries.get(query)
    const { embedder, form } = this.#options
    const vector =
      known ??
      embedTexts(embedder, [query], this.#closing.signal).then(([made]) => keptForm(made as ArrayLike<number>, form))
    // The one used last stands last.
    this.#queries.delete(query)
    this.#queries.set(query, vector)
    vector.catch(() => this.#queries.delete(query))
    for (const oldest of this.#queries.keys()) {
      if (this.#queries.size <= rememberedQueries) break
      this.#queries.delete(oldest)
    }
    return vector
  }

  #onChange(change: Change): void {
    const { collection, id } = change
    if (collection === kindKey.collection && id === kindKey.id) this.#isInForce = false
    if (collection === 'vectors' || collection === 'settings' || this.#index.concerns(change)) this.#wake()
  }

  /** Vectors of two kinds are not compared: the memory that was opened last decides which kind the space has. */
  async #requireInForce(): Promise<void> {
    if (!this.#isInForce) this.#isInForce = await isInForce(this.#parts.store, this.#kind)
    if (this.#isInForce) return
    throw new EmbedderError(
      this.#kind.embedder,
      'is no longer the one of this space: another process opened it with another embedder, dimension or form. Open it again to compute the vectors again.',
    )
  }

  #wake(): void {
    if (this.#closing.signal.aborted) return
    this.#isDue = true
    this.#running ??= this.#run().finally(() => (this.#running = undefined))
  }

  async #run(): Promise<void> {
    while (this.#isDue && !this.#closing.signal.aborted) {
      this.#isDue = false
      try {
        await this.#requireInForce()
        await this.#embedding.run()
      } catch (error) {
        if (this.#closing.signal.aborted) return
        if (!(error instanceof EmbedderError)) this.#parts.onError(error)
      } finally {
        for (const resolve of this.#waiting) resolve()
        this.#waiting.clear()
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new DOMException('The memory was closed.', 'AbortError'))
    clearInterval(this.#timer)
    this.#unwatch?.()
    await this.#running
    await this.#index[Symbol.asyncDispose]()
  }
}

/** Waits until every record has its vector. @throws OptionError where there is no embedder; the signal's reason */
export async function vectorsReady(vectors: Vectors | undefined, signal: AbortSignal | undefined): Promise<void> {
  if (!vectors) throw new OptionError('search', 'an embedder, given to openMemory, for vectorsReady()', undefined)
  signal?.throwIfAborted()
  await vectors.ready(signal)
}
