import type { ReadAuditBuffer } from '../audit/read-audit-buffer.ts'
import type { CoherentCache } from '../cache/coherent-cache.ts'
import type { Counters } from '../cache/counters.ts'
import type { EpochTable } from '../cache/epoch-table.ts'
import type { HistoryRules } from '../history/history-options.ts'
import type { ObjectShelf } from '../objects/object-shelf.ts'
import type { Store } from '../store/store.ts'
import type { Audience } from '../values/access.ts'
import type { LedgerReport } from '../work/ledger-table.ts'
import type { LedgerEntry } from '../work/ledger-entry.ts'
import type { Tracing } from '../tracing/tracing.ts'
import type { InFlight } from './in-flight.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import type { MeaningSearch } from './meaning-search.ts'

/**
 * One thread's handle on a shared memory: the parts that all kinds of memory are built
 * on. It holds no records: those come and go through the gate of a principal, see `Actor`.
 */
export interface Space {
  readonly epochs: EpochTable
  readonly counters: Counters
  readonly facts: CoherentCache
  readonly objects: CoherentCache
  readonly work: CoherentCache
  readonly shelf: ObjectShelf
  readonly leases: LeaseKeeper
  /** Buffers what this thread's principals read; absent where reads are not audited. */
  readonly readAudit: ReadAuditBuffer | undefined
  /** Finds by meaning; absent where there is no embedder. */
  readonly meaning: MeaningSearch | undefined
  /** Who traces what is done with the memory; absent in threads that joined, which are told for each piece of work. */
  readonly tracing: Tracing | undefined
  /** Identifies this thread among all that may compute. */
  readonly owner: string
  /** Work in flight in this thread, by key. */
  readonly inFlight: Map<string, InFlight>
  /** The last pending update of each fact in this thread. */
  readonly updating: Map<string, Promise<unknown>>
  /** Buffers an entry of the ledger. */
  note(entry: LedgerEntry): void
  /** The ledger as far as an audience may see it. */
  ledger(audience: Audience): Promise<LedgerReport>
  /** Reports that the store failed somebody who waits for it to come back. @throws MemoryClosedError */
  noteOutage(error: unknown): void
  /** Resolves when this thread's audit notes are written. */
  auditSettled(): Promise<void>
  /** @throws MemoryClosedError */
  assertOpen(): void
}

/** A space with its store, for the gate and for what belongs to no principal. */
export interface StoredSpace extends Space {
  readonly store: Store
  /** How much of their past records keep. */
  readonly history: HistoryRules
  /** The store without the gate that hides what is being erased. */
  readonly whole: Store
  /** How long other processes take to hear of something at most, in milliseconds; 0 where there are none. */
  readonly noticeMs: number
}
