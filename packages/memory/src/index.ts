/**
 * Memory that a flock of agents shares: versioned facts, observations,
 * decisions, objects and work done once, over a pluggable store, with copies
 * that are never stale.
 *
 * @module
 */

export { openMemory } from './memory.ts'
export type { HostMemory, Memory, MemoryShare } from './memory.ts'
export { joinMemory } from './join-memory.ts'
export type { Architecture, MemoryOptions } from './options.ts'
export { encryptionFromEnvironment } from './sealing/key-ring.ts'
export type { EncryptionOptions, KeyRingShare } from './sealing/key-ring.ts'
export type { ResealReport } from './sealing/reseal.ts'
export type { Schemas } from './store/schema-gate.ts'
export { inProcessBus } from './federation/in-process-bus.ts'
export type { InProcessBusOptions } from './federation/in-process-bus.ts'
export type { Bus, BusLink, BusMessage, BusPage, BusPosition } from './federation/bus.ts'
export type { FederationOptions, ShareCandidate } from './federation/federation-options.ts'
export type { FederationReport } from './federation/federation-report.ts'
export type { FactConflict } from './kinds/fact-conflicts.ts'
export type { MemoryStats } from './cache/counters.ts'
export type { LedgerLine, LedgerReport, Reuse } from './work/ledger.ts'

export type { View } from './view.ts'
export type { Clearance, Level, Principal, Right } from './values/access.ts'
export type { DeclassifyOptions } from './kinds/declassify.ts'
export type {
  Audit,
  AuditAction,
  AuditEntry,
  AuditFilter,
  AuditOutcome,
  OutboundDisclosure,
} from './oversight/audit.ts'
export type { Fact } from './kinds/fact.ts'
export type { DeleteFactOptions, Facts, ReadFactOptions, SetFactOptions, UpdateFactOptions } from './kinds/facts.ts'
export type { Observations, ObservationInput, SearchOptions } from './kinds/observations.ts'
export type { Decisions, DecisionInput, DecisionValue } from './kinds/decisions.ts'
export type {
  LearningContext,
  LearningInput,
  Learnings,
  LearningValue,
  RelevantLearning,
  RelevantLearnings,
  RelevantOptions,
  LearningKind,
} from './kinds/learnings.ts'
export type { Addressee, Alert, AlertInput, Alerts } from './kinds/alerts.ts'
export type { Claim, ClaimHolder, ClaimOptions, Claims } from './kinds/claims.ts'
export type { Escalation, EscalationState } from './kinds/escalation.ts'
export type { EscalationFilter, EscalationInput, Escalations } from './kinds/escalations.ts'
export type { EscalationPackage, PackagedRecord, TimelineEntry } from './kinds/escalation-package.ts'
export type { JournalEntry, ListOptions, Page, SearchResult } from './kinds/journal.ts'
export type { LineageNode, LineageOptions, Objects, PutOptions, Ref } from './kinds/objects.ts'
export type { OnceOptions, OnceResult, WorkContext } from './kinds/compute-once.ts'
export type { ClaimToken, WriteOptions } from './space/space.ts'
export type { WatchOptions } from './space/watch.ts'
export type { Feed, FeedEntry, FeedPage, FeedQuery, FeedRecord } from './oversight/feed.ts'
export { Records } from './oversight/records.ts'
export type { AnyRecord, RecordsFilter, RecordsPage } from './oversight/records.ts'
export type {
  Mail,
  OutgoingMail,
  SaveAgent,
  SavedAgent,
  SavedAgentSummary,
  SavedAgents,
  SavedAgentStatus,
} from './runtime/saved-agents.ts'
export { rawText } from './store/corruption.ts'
export type { Corruption } from './store/corruption.ts'
export { inspectSpace } from './sealing/inspect-space.ts'
export type { InspectOptions, Inspection, SealedCount } from './sealing/inspect-space.ts'
export { encodeJson } from './values/json.ts'
export type { Frozen, Json } from './values/json.ts'
export { ReadScope } from './space/read-scope.ts'
export type { DecideState, SharedState, StateChange } from './runtime/shared-state.ts'

export { mapStore } from './map-store.ts'
export type { MapStoreOptions } from './map-store.ts'
export { loadFromDescriptor } from './store/worker-module.ts'
export { changeOf, decideMutation, liveRecord } from './store/apply-mutation.ts'
export type { RefusalReason, Row, Situation, Verdict } from './store/apply-mutation.ts'
export { indexTerms, queryTerms, searchTerms } from './search/search-terms.ts'
export { matchesFilter } from './store/record-filter.ts'
export { TermTable } from './search/term-table.ts'
export { rankMatches } from './search/ranking.ts'
export type { RankedMatch, RankedMatches } from './search/ranking.ts'
export { covers, joinLabels, labelText, levels, parseLabel, levelIndex } from './values/access.ts'
export type { Audience, Label } from './values/access.ts'
export type {
  Change,
  ChangePage,
  Collection,
  Commit,
  WorkerModule,
  Guard,
  Inspector,
  Mutation,
  ObjectStore,
  RecordFilter,
  RecordKey,
  RecordMeta,
  RecordPage,
  RecordQuery,
  Refusal,
  SearchAnswer,
  SearchQuery,
  Seq,
  Store,
  StoreDriver,
  StoredRecord,
  StoreRole,
  StoreTraits,
  Unwatch,
  Written,
} from './store/store.ts'

export {
  AccessError,
  CorruptRecordError,
  FenceError,
  MissingKeyError,
  MemoryClosedError,
  NotFoundError,
  OptionError,
  OutcomeUnknownError,
  SchemaError,
  SkeinError,
  StoreBusyError,
  StoreError,
  StoreFormatError,
  StoreFullError,
  ValueError,
  VersionConflictError,
  WorkError,
} from './values/errors.ts'
export type { SchemaIssue, SkeinErrorCode } from './values/errors.ts'
export { FeedTrimmedError } from './space/watch.ts'
export { fromEnvelope, toEnvelope } from './values/error-envelope.ts'
export type { ErrorEnvelope } from './values/error-envelope.ts'
