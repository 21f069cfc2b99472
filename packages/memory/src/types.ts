/**
 * Types that the signatures of `@skein/memory` mention and that few programs
 * have to name: inputs, options, reports.
 *
 * @module
 */

export type { MemoryStats } from './cache/counters.ts'
export type { Bus, BusLink, BusMessage, BusPage, BusPosition } from './federation/bus.ts'
export type { ShareCandidate } from './federation/federation-options.ts'
export type { FederationReport } from './federation/federation-report.ts'
export type { InProcessBusOptions } from './federation/in-process-bus.ts'
export type { DataLostEvent, DisconnectedEvent, ReconnectedEvent } from './space/store-link.ts'
export type { Addressee } from './space/addressee.ts'
export type { AlertInput } from './kinds/alerts.ts'
export type { ClaimHolder, ClaimOptions } from './kinds/claims.ts'
export type { ControlOptions, ControlSendOptions } from './runtime/agent-control.ts'
export type { ConfirmOptions, Dependent, DependentsOptions } from './corrections/corrections.ts'
export type { DoubtAlert } from './corrections/doubt-alerts.ts'
export type { EntryOptions, GetOptions, SupersedeOptions } from './kinds/journal-options.ts'
export type { Include } from './space/shown.ts'
export type { KnownAt, KnownRecord } from './kinds/known-at.ts'
export type { DecisionInput, DecisionValue } from './kinds/decisions.ts'
export type { DeclassifyOptions } from './kinds/declassify.ts'
export type { PackagedRecord, PackagedRecords, TimelineEntry } from './kinds/escalation-package.ts'
export type { EscalationState } from './kinds/escalation.ts'
export type { EscalationFilter, EscalationInput } from './kinds/escalation-input.ts'
export type { FactConflict } from './facts/fact-conflicts.ts'
export type { DeleteFactOptions, ReadFactOptions, SetFactOptions, UpdateFactOptions } from './facts/fact-options.ts'
export type { HistoryOptions, HistoryRule } from './history/history-options.ts'
export type { ListFactsOptions } from './facts/list-facts.ts'
export type { TouchOptions } from './kinds/touch-record.ts'
export type {
  LearningContext,
  LearningInput,
  LearningValue,
  RelevantLearning,
  RelevantLearnings,
  RelevantOptions,
} from './kinds/learnings.ts'
export type { LineageNode, LineageOptions } from './kinds/lineage.ts'
export type { PutOptions } from './kinds/put-options.ts'
export type { ObservationInput, ObservationSearchOptions, SearchOptions } from './kinds/observations.ts'
export type {
  Audit,
  AuditAction,
  AuditEntry,
  AuditFilter,
  AuditOutcome,
  OutboundDisclosure,
} from './oversight/audit.ts'
export type { ResealReport } from './sealing/reseal.ts'
export type { ClaimToken, Source } from './space/write-options.ts'
export type { SearchBy } from './space/meaning-search.ts'
export type { VectorForm } from './vectors/vector-form.ts'
export type { VectorReport } from './vectors/vectors.ts'
export type { WatchOptions } from './space/watch.ts'
export type { SchemaIssue } from './values/errors.ts'
export type { LedgerLine, LedgerReport } from './work/ledger-table.ts'
export type { Cost } from './work/cost.ts'
export type { Reuse, Use } from './work/ledger-entry.ts'
export type { ForgetFilter, ForgetOptions, ForgetReport, ForgetTarget } from './forgetting/forget-options.ts'
export type { HoldOptions, HoldReport, ListHoldsOptions, ReleaseHoldOptions } from './forgetting/hold-options.ts'
export type { RetentionReport } from './retention/retention-sweeper.ts'
