import type { MessagePort } from 'node:worker_threads'

import type { MemoryStats } from './cache/counters.ts'
import type { FederationReport } from './federation/federation-report.ts'
import type { SharedObjectBuffers } from './objects/shared-objects.ts'
import type { ResolvedOptions } from './options.ts'
import type { KeyRingShare } from './sealing/encryption-options.ts'
import type { ResealReport } from './sealing/reseal.ts'
import type { ReadScope } from './space/read-scope.ts'
import type { MemoryEvents } from './space/store-link.ts'
import type { WorkerModule } from './store/store-driver.ts'
import type { StoreTraits } from './store/store.ts'
import type { Principal } from './values/access.ts'
import type { Unsubscribe } from './values/emitter.ts'
import type { View } from './view.ts'
import type { LedgerReport } from './work/ledger-table.ts'

/** Everything that another thread needs to join a memory, see `joinMemory`. Structured-cloneable. */
export interface MemoryShare {
  readonly space: string
  readonly architecture: ResolvedOptions['architecture']
  readonly ttlMs: number
  readonly maxEntries: number
  readonly maxCacheBytes: number
  readonly auditsReads: boolean
  readonly encryption: KeyRingShare
  readonly descriptor: WorkerModule | undefined
  readonly traits: StoreTraits
  readonly epochs: SharedArrayBuffer
  readonly counters: SharedArrayBuffer
  readonly objects: SharedObjectBuffers
}

/** An open memory in any thread of the process. Close it with `await using` or {@link ThreadMemory.close}. */
export interface ThreadMemory extends AsyncDisposable {
  readonly traits: StoreTraits
  /**
   * Returns a view of the memory for one principal.
   *
   * @param scope - Tracks reads and labels writes accordingly. The runtime passes one per activity.
   * @throws OptionError when the principal is invalid, such as an empty id or an unknown level; MemoryClosedError
   */
  as(principal: Principal, scope?: ReadScope): View
  /** Returns the counters of all threads of this process since the memory was opened. */
  stats(): MemoryStats
  /** Resolves to the costs of work and the savings from reuse, over all processes and runs. */
  ledger(): Promise<LedgerReport>
  /** Flushes pending writes and closes this thread's connection to the store. Closing twice is safe. */
  close(): Promise<void>
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
  /** Returns what another thread passes to `joinMemory`, together with its port. */
  share(): MemoryShare
  /**
   * Serves another thread over a port until the port closes.
   *
   * @throws OptionError when 63 other threads have joined; MemoryClosedError
   */
  connect(port: MessagePort): void
  /**
   * Reseals everything that is not sealed with the current key, while reads and
   * writes go on. The memory does this by itself in the background when it is opened
   * with a different current key or a lower `from` than last time.
   *
   * @throws OptionError without encryption; MissingKeyError when data is sealed with
   * a key that is not in `encryption.keys`.
   */
  reseal(): Promise<ResealReport>
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
}
