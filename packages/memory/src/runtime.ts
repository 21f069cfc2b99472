/**
 * For programs that run agents on a memory or observe it: other threads, durable
 * agents, shared state, browsing, the feed.
 *
 * @module
 */

// Threads
export { joinMemory } from './join-memory.ts'
export { ReadScope } from './space/read-scope.ts'
export { toEnvelope, toStoredEnvelope, fromEnvelope } from './values/error-envelope.ts'
export type { JoinedMemory, ThreadMemory } from './memory.ts'
export type { ThreadPasses } from './threads/thread-passes.ts'
export type { ErrorEnvelope } from './values/error-envelope.ts'

// Waiting
export { asPartOf, currentWork } from './space/work-chain.ts'
export { isOutage, outlast } from './values/outlast.ts'
export type { WorkChain } from './space/work-chain.ts'
export type { GuardedWait } from './space/wait-graph.ts'
export type { OutlastOptions } from './values/outlast.ts'

// Agents
import { View } from './view.ts'

/**
 * A counter or queue of a runtime, such as a budget: shared by all threads and processes
 * of the view's space. It belongs to no principal and bears no label, so nothing in it
 * may depend on what records say; for that there is `View.state`.
 */
export const runtimeState: typeof View.runtimeState = View.runtimeState
export type { SavedAgents } from './runtime/saved-agents.ts'
export type { SavedAgent, SavedAgentStatus, SavedAgentSummary, SaveAgent } from './runtime/saved-agent.ts'
export type { Mail, MailQuery, OutgoingMail } from './runtime/agent-mail.ts'
export type { SharedState, StateChange, DecideState } from './space/shared-state.ts'

// What records say: read them with these, never by their stored form
export { escalationOf, hasEnded } from './kinds/escalation.ts'
export { objectInfoOf } from './kinds/object-info.ts'
export { savedAgentOf } from './runtime/saved-agent.ts'
export { sealingInForce } from './sealing/sealing-state.ts'
export { parseWorkId, workId } from './work/work-id.ts'
export { workStateOf } from './work/work-state.ts'
export type { EscalationRecord } from './kinds/escalation.ts'
export type { ObjectInfo } from './kinds/object-info.ts'
export type { SummarizedRecord } from './runtime/saved-agent.ts'
export type { SealingInForce } from './sealing/sealing-state.ts'
export type { WorkId } from './work/work-id.ts'
export type { WorkState } from './work/work-state.ts'

// Observing
export { Records } from './oversight/records.ts'
export { inspectSpace } from './sealing/inspect-space.ts'
export type { AnyRecord, RecordsFilter, RecordsPage } from './oversight/records.ts'
export type { Feed, FeedEntry, FeedPage, FeedQuery, FeedRecord } from './oversight/feed.ts'
export type { InspectOptions, Inspection, SealedCount } from './sealing/inspect-space.ts'
export { encodeJson } from './values/json.ts'
export type { Json } from './values/json.ts'

// What packages on top of the memory share
export { Emitter } from './values/emitter.ts'
export { plainText } from './values/plain-text.ts'
export {
  maxTimerMs,
  requireDuration,
  requireInteger,
  requireLifetime,
  requireNumber,
  requireStrings,
  requireTimes,
} from './values/require-option.ts'
export { warn } from './values/warn.ts'
export type { Unsubscribe } from './values/emitter.ts'
