/**
 * Memory that a flock of agents shares: versioned facts, observations,
 * decisions, objects and work done once, over a pluggable store, with copies
 * that are never stale.
 *
 * Store authors find the contract in `@skein/memory/store`; programs that run
 * agents or observe, in `@skein/memory/runtime`; types that only signatures
 * mention, in `@skein/memory/types`.
 *
 * @module
 */

import './values/require-node.ts'

// Opening a memory
export { openMemory } from './open-memory.ts'
export { mapStore } from './map-store.ts'
export { inProcessBus } from './federation/in-process-bus.ts'
export { encryptionFromEnvironment } from './sealing/encryption-options.ts'
export type { Memory } from './memory.ts'
export type { MemoryEvents } from './space/store-link.ts'
export type { MemoryOptions, Architecture } from './options.ts'
export type { Embedder, MeaningOptions } from './vectors/embedder.ts'
export type { EncryptionOptions } from './sealing/encryption-options.ts'
export type { FederationOptions } from './federation/federation-options.ts'
export type { RetentionRule } from './retention/retention-rules.ts'
export type { Schemas } from './store/schema-gate.ts'
export type { MapStoreOptions } from './map-store.ts'

// What a principal sees
export type { View } from './view.ts'
export type { Principal, Clearance, Level, Right } from './values/access.ts'
export type { ViewOptions } from './past-space.ts'
export type { WriteOptions } from './space/write-options.ts'
export type { Page, JournalEntry, SearchResult } from './kinds/journal.ts'
export type { ListOptions } from './kinds/journal-options.ts'
export type { Frozen } from './values/json.ts'

// Several records in one step
export { TransactionError } from './transactions/transaction-error.ts'
export type { Transaction } from './transactions/transaction.ts'
export type { TransactionOptions } from './transactions/transaction-options.ts'

// Kinds of memory
export type { Facts } from './facts/facts.ts'
export type { Fact } from './facts/fact.ts'
export type { FactVersion } from './facts/fact-history.ts'
export type { Observations } from './kinds/observations.ts'
export type { Decisions } from './kinds/decisions.ts'
export type { Learnings, LearningKind } from './kinds/learnings.ts'
export type { Alerts, Alert } from './kinds/alerts.ts'
export type { Claims, Claim } from './kinds/claims.ts'
export type { Escalations } from './kinds/escalations.ts'
export type { Escalation } from './kinds/escalation.ts'
export type { EscalationPackage } from './kinds/escalation-package.ts'
export type { Corrections } from './corrections/corrections.ts'
export type { Correction } from './corrections/correction.ts'
export type { Holds } from './forgetting/holds.ts'
export type { Hold } from './forgetting/hold-options.ts'
export type { Objects } from './kinds/objects.ts'
export type { AgentControl } from './runtime/agent-control.ts'
export type { Ref } from './kinds/ref.ts'
export type { OnceOptions, OnceResult, Usage, WorkContext } from './once/once-options.ts'

// What goes wrong
export { HeldError } from './values/held-error.ts'
export { HistoryError, PastViewError } from './values/history-error.ts'
export {
  SkeinError,
  AccessError,
  CorrectedError,
  CorruptRecordError,
  DeadlockError,
  EmbedderError,
  FenceError,
  MemoryClosedError,
  MissingKeyError,
  NotFoundError,
  OptionError,
  OutcomeUnknownError,
  PackageBundledError,
  SchemaError,
  StoreBusyError,
  StoreError,
  StoreFormatError,
  StoreFullError,
  ValueError,
  VersionConflictError,
  WorkError,
} from './values/errors.ts'
export { ControlError } from './runtime/control-error.ts'
export { FeedTrimmedError } from './space/watch.ts'
export type { SkeinErrorCode } from './values/errors.ts'
