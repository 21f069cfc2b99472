import type { MessagePort } from 'node:worker_threads'

import type { MemoryStats } from './cache/counters.ts'
import type { FederationReport } from './federation/federation-report.ts'
import type { HistoryRules } from './history/history-options.ts'
import type { SharedObjectBuffers } from './objects/shared-objects.ts'
import type { ResolvedOptions } from './options.ts'
import type { ViewOptions } from './past-space.ts'
import type { ResealReport } from './sealing/reseal.ts'
import type { RetentionReport } from './retention/retention-sweeper.ts'
import type { MeaningDefaults } from './space/meaning-search.ts'
import type { ReadScope } from './space/read-scope.ts'
import type { MemoryEvents } from './space/store-link.ts'
import type { WorkerModule } from './store/store-driver.ts'
import type { StoreTraits } from './store/store.ts'
import type { Tracing } from './tracing/tracing.ts'
import type { ThreadPasses } from './threads/thread-passes.ts'
import type { Level, Principal } from './values/access.ts'
import type { Unsubscribe } from './values/emitter.ts'
import type { VectorReport } from './vectors/vectors.ts'
import type { View } from './view.ts'
import type { LedgerReport } from './work/ledger-table.ts'

/** What the opening thread tells another one that joins. It holds no keys. */
export interface MemoryShare {
  readonly space: string
  readonly architecture: ResolvedOptions['architecture']
  readonly ttlMs: number
  readonly maxEntries: number
  readonly maxCacheBytes: number
  readonly heartbeatMs: number
  readonly auditsReads: boolean
  readonly history: HistoryRules
  /** The lowest level that is sealed in this space; `undefined` where nothing is. */
  readonly sealsFrom: Level | undefined
  /** How searches by meaning go; `undefined` without an embedder. */
  readonly meaning: MeaningDefaults | undefined
  readonly descriptor: WorkerModule | undefined
  readonly traits: StoreTraits
  readonly epochs: SharedArrayBuffer
  readonly counters: SharedArrayBuffer
  readonly objects: SharedObjectBuffers
}

/** An open memory in any thread of the process. Close it with `await using` or {@link ThreadMemory.close}. */
export interface ThreadMemory extends AsyncDisposable {
  /** The name of the space. */
  readonly space: string
  readonly traits: StoreTraits
  /**
   * Returns a view of the memory for one principal.
   *
   * @param options - A scope tracks reads and labels writes accordingly; the runtime passes one per activity. With `asOf`
   * the view shows the whole memory as it was at that time, and only reads: writes throw a `PastViewError`.
   * @throws OptionError when the principal is invalid, such as an empty id or an unknown level; HistoryError when `asOf`
   * is before all that is kept; MemoryClosedError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = { id: 'ann', role: 'sales' }
   * const { updatedAt } = await memory.as(ann).facts.set('price', 10)
   * await new Promise((resolve) => setTimeout(resolve, 5))
   * await memory.as(ann).facts.set('price', 12)
   * const then = memory.as(ann, { asOf: updatedAt })
   * await then.facts.get('price') // => 10
   * await then.facts.set('price', 11).catch((error) => error.code) // => 'SKEIN_PAST_VIEW'
   * await memory.close()
   * ```
   */
  as(principal: Principal, options?: ReadScope | ViewOptions): View
  /** Returns the counters of all threads of this process since the memory was opened. */
  stats(): MemoryStats
  /** Resolves to the costs of work and the savings from reuse, over all processes and runs. */
  ledger(): Promise<LedgerReport>
  /** Flushes pending writes and closes this thread's connection to the store. Closing twice is safe. */
  close(): Promise<void>
}

/** A memory that another thread has opened. */
export interface JoinedMemory extends ThreadMemory {
  /**
   * Returns a view for the principal of a pass, see {@link Memory.connect}. The opening thread checks the pass before
   * anything else that comes from here.
   */
  enter(pass: string, principal: Principal, scope?: ReadScope): View
}

/** A memory in the thread that opened it. Other threads can join it. */
export interface Memory extends ThreadMemory {
  /**
   * Calls back when the store is out of reach, when it is back, and when it lost data.
   * Without a listener, the first and the last become warnings of the process.
   *
   * @returns how to stop it.
   */
  on<Name extends keyof MemoryEvents>(name: Name, listener: (event: MemoryEvents[Name]) => void): Unsubscribe
  /**
   * Serves another thread over a port until the port closes.
   *
   * @param passes - For whom the thread may work; by default for anybody, as this one.
   * @throws OptionError when 63 other threads have joined; MemoryClosedError
   */
  connect(port: MessagePort, passes?: ThreadPasses): void
  /**
   * Reseals everything that is not sealed with the current key, while reads and
   * writes continue. The memory does this by itself in the background when it is opened
   * with a different current key or a lower `from` than last time.
   *
   * @throws OptionError without encryption; MissingKeyError when data is sealed with
   * a key that is not in `encryption.keys`.
   */
  reseal(): Promise<ResealReport>
  /** The spans and metrics of the memory, for runtimes and observers. */
  readonly tracing: Tracing
  /** Counts of records that this process has removed by the rules of `retention` since it opened the memory. */
  readonly retention: RetentionReport
  /**
   * Removes expired records, and those that the rules of `retention` no longer keep, at once instead of within a
   * minute.
   *
   * @throws StoreError, MemoryClosedError
   */
  sweep(): Promise<RetentionReport>
  /** The state of replication with other nodes; `undefined` unless the architecture is `federated`. */
  readonly federation: FederationReport | undefined
  /**
   * Replicates with the other nodes at once instead of at the next interval. Resolves
   * when local writes have been published and remote writes applied.
   *
   * @throws OptionError unless the architecture is `federated`; StoreError when
   * the bus can't be reached; MissingKeyError
   */
  exchange(): Promise<void>
  /** How far the vectors of search by meaning are; `undefined` unless the memory was opened with an embedder. */
  readonly vectors: VectorReport | undefined
  /**
   * Resolves when everything that was written before the call is found by its meaning, or has failed: see
   * {@link Memory.vectors}. For tests and scripts: writers need not wait.
   *
   * @throws OptionError without an embedder; EmbedderError when the space was opened with another one since;
   * StoreError; the signal's reason.
   */
  vectorsReady(signal?: AbortSignal): Promise<void>
}
