/**
 * Tools for testing stores and programs built on a memory: the suite that every
 * store passes, stores that fail on demand, and checkers of histories. The suite
 * needs vitest.
 *
 * @module
 */

export { describeStore, storeContractParts } from './describe-store.ts'
export type { StoreContractOptions, StoreContractPart, Tampering } from './store-contract-options.ts'

export { faultyStore } from './faulty-store.ts'
export type { FailureOptions, FaultOptions, Faults, FaultyOperation, Hold } from './faults.ts'

export { checkHistory, staleAfter } from './history/history.ts'
export type { HistoryOptions } from './history/history.ts'
export { openHistory, readHistory } from './history/history-log.ts'
export type { HistoryLog, Invocation, PendingCall } from './history/history-log.ts'
export type { Call, Instant, Operation } from './history/history-operation.ts'
export type { Violation, ViolationKind } from './history/history-violation.ts'

export { checkModel, searchLinearization } from './history/wing-gong.ts'
export type { Model, SearchOptions, SearchResult } from './history/wing-gong.ts'
export { claimModel } from './history/claim-model.ts'
export type { ClaimModelOptions, ClaimOperation, ClaimState } from './history/claim-model.ts'
export { counterModel } from './history/counter-model.ts'
export type { CounterOperation } from './history/counter-model.ts'
export { canaries, everythingSeenBy, high, low, outcomeOf, plantSecrets, secret, textOf } from './secrets/planted.ts'
export { viewMethods } from './secrets/view-methods.ts'
export type { Attempt, Planted, Shows, Takes, ViewMethod } from './secrets/view-method.ts'
