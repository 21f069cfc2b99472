/**
 * What a store and whatever is built on a memory can be tested with: the suite
 * that every store passes, stores that fail on demand, and checkers of
 * histories. The suite needs vitest.
 *
 * @module
 */

export { describeStore } from './describe-store.ts'
export type { StoreContractOptions } from './store-contract-options.ts'

export { faultyStore } from './faulty-store.ts'
export type { FailureOptions, FaultOptions, Faults, FaultyOperation, Hold } from './faulty-store.ts'

export { checkHistory, staleAfter } from './history.ts'
export type { HistoryOptions } from './history.ts'
export { openHistory, readHistory } from './history-log.ts'
export type { HistoryLog, Invocation, PendingCall } from './history-log.ts'
export type { Call, Instant, Operation } from './history-operation.ts'
export type { Violation, ViolationKind } from './history-violation.ts'

export { checkModel, searchLinearization } from './wing-gong.ts'
export type { Model, SearchOptions, SearchResult } from './wing-gong.ts'
export { claimModel } from './claim-model.ts'
export type { ClaimModelOptions, ClaimOperation, ClaimState } from './claim-model.ts'
export { counterModel } from './counter-model.ts'
export type { CounterOperation } from './counter-model.ts'
