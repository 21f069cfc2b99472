/**
 * The suite that every store passes. Needs vitest.
 *
 * @module
 */

export { describeStore } from './describe-store.ts'
export type { StoreContractOptions } from './store-contract-options.ts'
