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
export { encryptionFromEnvironment } from './key-ring.ts'
export type { EncryptionOptions, KeyRingShare } from './key-ring.ts'
export type { ResealReport } from './reseal.ts'
export type { Schemas } from './schema-gate.ts'
export { inProcessBus } from './federation/in-process-bus.ts'
export type { InProcessBusOptions } from './federation/in-process-bus.ts'
export type { Bus, BusLink, BusMessage, BusPage, BusPosition } from './federation/bus.ts'
export type { FederationOptions, ShareCandidate } from './federation/federation-options.ts'
export type { FederationReport } from './federation/federation-report.ts'
export type { FactConflict } from './federation/conflicts.ts'
export type { MemoryStats } from './counters.ts'
export type { LedgerLine, LedgerReport, Reuse } from './ledger.ts'

export type { View } from './view.ts'
export type { Clearance, Level, Principal, Right } from './access.ts'
export type { DeclassifyOptions } from './declassify.ts'
export type { Audit, AuditAction, AuditEntry, AuditFilter, AuditOutcome, Sending } from './audit.ts'
export type { Fact } from './fact.ts'
export type { DeleteFactOptions, Facts, ReadFactOptions, SetFactOptions, UpdateFactOptions } from './facts.ts'
export type { Observations, ObservationInput, SearchOptions } from './observations.ts'
export type { Decisions, DecisionInput, DecisionValue } from './decisions.ts'
export type {
  LearningContext,
  LearningInput,
  Learnings,
  LearningValue,
  RelevantLearning,
  RelevantLearnings,
  RelevantOptions,
  Signal,
} from './learnings.ts'
export type { Addressee, Alert, AlertInput, Alerts } from './alerts.ts'
export type { Claim, ClaimHolder, ClaimOptions, Claims } from './claims.ts'
export type { Escalation, EscalationState } from './escalation.ts'
export type { EscalationFilter, EscalationInput, Escalations } from './escalations.ts'
export type { EscalationPackage, PackagedRecord, TimelineEntry } from './escalation-package.ts'
export type { JournalEntry, ListOptions, Page, SearchResult } from './journal.ts'
export type { LineageNode, LineageOptions, Objects, PutOptions, Ref } from './objects.ts'
export type { OnceOptions, OnceResult, WorkContext } from './compute-once.ts'
export type { ClaimToken, WriteOptions } from './space.ts'
export type { WatchOptions } from './watch.ts'
export type { Feed, FeedEntry, FeedPage, FeedQuery, FeedRecord } from './feed.ts'
export { Records } from './records.ts'
export type { AnyRecord, RecordsFilter, RecordsPage } from './records.ts'
export type {
  Mail,
  OutgoingMail,
  SaveAgent,
  SavedAgent,
  SavedAgentCard,
  SavedAgents,
  SavedAgentStatus,
} from './saved-agents.ts'
export { rawText } from './damage.ts'
export type { Damage } from './damage.ts'
export { inspectSpace } from './inspect-space.ts'
export type { InspectOptions, Inspection, SealedCount } from './inspect-space.ts'
export { encodeJson } from './json.ts'
export type { Frozen, Json } from './json.ts'
export { ReadScope } from './read-scope.ts'
export type { DecideState, SharedState, StateChange } from './shared-state.ts'

export { mapStore } from './map-store.ts'
export type { MapStoreOptions } from './map-store.ts'
export { loadDescribed } from './descriptor.ts'
export { changeOf, decideMutation, liveRecord } from './apply-mutation.ts'
export type { RefusalReason, Row, Situation, Verdict } from './apply-mutation.ts'
export { indexTerms, queryTerms, searchTerms } from './search-terms.ts'
export { matchesFilter } from './record-filter.ts'
export { TermTable } from './term-table.ts'
export { rankMatches } from './ranking.ts'
export type { RankedMatch, RankedMatches } from './ranking.ts'
export { covers, joinLabels, labelText, levels, parseLabel, rank } from './access.ts'
export type { Audience, Label } from './access.ts'
export type {
  Change,
  ChangePage,
  Collection,
  Commit,
  Descriptor,
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
} from './store.ts'

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
} from './errors.ts'
export type { SchemaIssue, SkeinErrorCode } from './errors.ts'
export { FeedTrimmedError } from './watch.ts'
export { fromEnvelope, toEnvelope } from './error-envelope.ts'
export type { ErrorEnvelope } from './error-envelope.ts'
