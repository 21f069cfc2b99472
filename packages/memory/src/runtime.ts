/**
 * For programs that run agents on a memory or observe it: other threads, durable
 * agents, shared state, browsing, the feed.
 *
 * @module
 */

import './values/require-node.ts'

// Threads
export { joinMemory } from './join-memory.ts'
export { ReadScope } from './space/read-scope.ts'
export { fromEnvelope, toStoredEnvelope } from './values/error-envelope.ts'
export { toEnvelope } from './values/pack-error.ts'
export { errorDocs } from './values/skein-error.ts'
export type { JoinedMemory, ThreadMemory } from './memory.ts'
export type { ThreadPasses } from './threads/thread-passes.ts'
export type { ErrorEnvelope } from './values/pack-error.ts'

// Waiting
export { asPartOf, currentAccount, currentWork } from './space/work-chain.ts'
export { Account } from './work/account.ts'
export type { Costs } from './work/account.ts'
export { addCost, noCost } from './work/cost.ts'
export { sumOfLedger } from './work/ledger-table.ts'
export { isOutage, outlast } from './values/outlast.ts'
export type { WorkChain } from './space/work-chain.ts'
export type { GuardedWait } from './space/wait-graph.ts'
export type { OutlastOptions } from './values/outlast.ts'

// Tracing
export { attribute } from './tracing/conventions.ts'
export { currentTrace, inTrace, traced } from './tracing/current-trace.ts'
export { errorType } from './tracing/open-span.ts'
export { isTraceparent, traceOf } from './tracing/span.ts'
export { SpanLog } from './tracing/span-log.ts'
export { mayHold } from './tracing/trace-memory.ts'
export type { Operation } from './tracing/conventions.ts'
export type { Trace, Tracer } from './tracing/current-trace.ts'
export type { OpenSpan, OutgoingSpan } from './tracing/open-span.ts'
export type { Span, SpanAttributes, SpanEvent, SpanStart } from './tracing/span.ts'
export type { TraceOrder } from './tracing/span-log.ts'
export type { Figure, FigureValue, Telemetry } from './tracing/telemetry-port.ts'
export type { Tracing } from './tracing/tracing.ts'

// Agents, and work that others do
export { KeptByOther, OrderLost } from './once/handed-work.ts'
export { carryOut, handedWork, handOver, noteUse, runtimeState, tracerOf } from './view-parts.ts'
export type { OrderedWork } from './once/compute-once.ts'
export type { CarriedOut, CarryOutParts, HandedResult, HandedWork } from './once/handed-work.ts'
export type { SavedAgents } from './runtime/saved-agents.ts'
export type { SavedAgent, SavedAgentStatus, SavedAgentSummary, SaveAgent } from './runtime/saved-agent.ts'
export type { AgentDescription } from './runtime/agent-descriptions.ts'
export type { AgentHostEntry, HostPresence } from './runtime/agent-hosts.ts'
export type { Mail, MailQuery, OutgoingMail } from './runtime/agent-mail.ts'
export type { AgentNews } from './runtime/agent-news.ts'
export type { AgentOrder, GivenOrder, OrderOutcome } from './runtime/agent-orders.ts'
export type { SharedState, StateChange, DecideState } from './space/shared-state.ts'

// Runs
export { listRuns } from './oversight/list-runs.ts'
export { recordRun } from './oversight/run-record.ts'
export type { RunSummary } from './oversight/list-runs.ts'
export type { RecordedRun, RunAnswer, RunOutcome, RunPlan } from './oversight/run-record.ts'

// What records say: read them with these, never by their stored form
export { erasureOf } from './forgetting/erasure.ts'
export { escalationOf, hasEnded } from './kinds/escalation.ts'
export { objectInfoOf } from './kinds/object-info.ts'
export { savedAgentOf } from './runtime/saved-agent.ts'
export { sealingInForce } from './sealing/sealing-state.ts'
export { parseWorkId, workId } from './work/work-id.ts'
export { costOfWork, workStateOf } from './work/work-state.ts'
export type { Erasure } from './forgetting/erasure.ts'
export type { EscalationRecord } from './kinds/escalation.ts'
export type { ObjectInfo } from './kinds/object-info.ts'
export type { SummarizedRecord } from './runtime/saved-agent.ts'
export type { SealingInForce } from './sealing/sealing-state.ts'
export type { WorkId } from './work/work-id.ts'
export type { WorkOrder, WorkState } from './work/work-state.ts'

// Observing
export { Records } from './oversight/records.ts'
export { allFacts } from './facts/all-facts.ts'
export { allRecords } from './oversight/all-records.ts'
export { keyOfSource, sourceName } from './store/source-name.ts'
export { inspectSpace } from './sealing/inspect-space.ts'
export type { AnyRecord } from './oversight/any-record.ts'
export type { DiffOptions, RecordDifference } from './oversight/diff-records.ts'
export type { RecordsFilter, RecordsPage, RecordsSearch } from './oversight/records.ts'
export type { Feed, FeedEntry, FeedPage, FeedQuery, FeedRecord } from './oversight/feed.ts'
export type { InspectOptions, Inspection, SealedCount } from './sealing/inspect-space.ts'
export { encodeJson } from './values/json.ts'
export type { Json } from './values/json.ts'

// Words, as search understands them
export { parseQuery } from './search/query-words.ts'
export { indexTerms } from './search/search-terms.ts'
export { hasPhrase, matchPlace, snippetOf } from './search/snippet.ts'
export { termReader } from './search/term-reader.ts'
export type { ParsedQuery } from './search/query-words.ts'
export type { TermReader } from './search/term-reader.ts'

// What packages on top of the memory share
export { rankValues } from './search/rank-values.ts'
export type { RankedValue } from './search/rank-values.ts'
export { Emitter } from './values/emitter.ts'
export { labelFrom } from './values/access.ts'
export { isBundled, threadFlags } from './values/own-file.ts'
export { plainText } from './values/plain-text.ts'
export { maxTimerMs, requireLifetime, requireNumber, requireTimes } from './values/require-option.ts'
export { probablyMeant } from './values/probably-meant.ts'
export { requireObject } from './values/require-options.ts'
export type { LabelOptions } from './values/access.ts'
// What runs before a memory is loaded, too
export { ownFile, requireDuration, requireInteger, requireOptions, requireStrings, warn } from './values.ts'
export type { OptionKinds } from './values.ts'
export type { Unsubscribe } from './values/emitter.ts'
