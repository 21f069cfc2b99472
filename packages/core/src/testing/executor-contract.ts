/**
 * For authors of executors: the suite that every executor passes. It needs vitest.
 *
 * @module
 */

// First: it says when Node.js is too old for what follows.
import '@skein/memory'

export { describeExecutor } from './describe-executor.ts'
export type { ExecutorContractOptions, OpenExecutor } from './describe-executor.ts'
