import type { MessagePort } from 'node:worker_threads'

import type { MemoryStats } from './cache/counters.ts'
import type { FederationReport } from './federation/federation-report.ts'
import type { SharedObjectBuffers } from './objects/shared-objects.ts'
import type { ResolvedOptions } from './options.ts'
import type { KeyRingShare } from './sealing/key-ring.ts'
import type { ResealReport } from './sealing/reseal.ts'
import type { ReadScope } from './space/read-scope.ts'
import type { WorkerModule } from './store/store-driver.ts'
import type { StoreTraits } from './store/store.ts'
import type { Principal } from './values/access.ts'
import type { View } from './view.ts'
import type { LedgerReport } from './work/ledger-table.ts'

/** What a thread needs to take part in a memory; structured-cloneable. See `joinMemory`. */
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

/** An open space, as any thread of the process has it. Closes with `await using` or {@link ThreadMemory.close}. */
export interface ThreadMemory extends AsyncDisposable {
  readonly traits: StoreTraits
  /**
   * The memory as a principal sees it.
   *
   * @param scope - Records what is read and labels what is written accordingly. The runtime passes one per activity.
   * @throws OptionError when the principal has no id or an unknown level.
   */
  as(principal: Principal, scope?: ReadScope): View
  /** What happened in this process since the memory was opened. */
  stats(): MemoryStats
  /** What was computed and what reuse saved, over all processes and runs. */
  ledger(): Promise<LedgerReport>
  /** Flushes pending writes and closes the store. Closing twice is safe. */
  close(): Promise<void>
}

/** A memory in the thread that opened it. It can let other threads join. */
export interface Memory extends ThreadMemory {
  /** What another thread passes to `joinMemory`, beside its port. */
  share(): MemoryShare
  /**
   * Serves another thread over a port until that closes.
   *
   * @throws OptionError when 63 threads take part already.
   */
  connect(port: MessagePort): void
  /**
   * Reseals everything that is not sealed with the current key, while reads and
   * writes go on. This runs in the background by itself when the memory is opened
   * with another current key than last time.
   *
   * @throws OptionError without encryption; MissingKeyError when something is
   * sealed with a key that is not in the ring.
   */
  reseal(): Promise<ResealReport>
  /** State of the exchange with other nodes; `undefined` unless the architecture is `federated`. */
  readonly federation: FederationReport | undefined
  /**
   * Exchanges with the other nodes now instead of soon. Resolves when local writes
   * are published and remote ones are applied.
   *
   * @throws OptionError unless the architecture is `federated`; StoreError when
   * the bus can't be reached; MissingKeyError
   */
  exchange(): Promise<void>
}
