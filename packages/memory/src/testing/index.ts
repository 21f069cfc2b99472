/**
 * The suite that every store passes. Needs vitest.
 *
 * @module
 */

export { describeStore } from './describe-store.ts'
export type { StoreContractOptions } from './store-contract-options.ts'
export { checkHistory, staleAfter } from './history.ts'
export type { HistoryOptions } from './history.ts'
export type { Call, Instant, Operation } from './history-operation.ts'
export type { Violation, ViolationKind } from './history-violation.ts'
