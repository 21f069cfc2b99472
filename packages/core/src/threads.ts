/**
 * For programs that start threads before they load anything else.
 *
 * @module
 */

export { startThreads } from './threads/start-threads.ts'
export type { StartedThreads, StartThreadsOptions } from './threads/start-threads.ts'
export type { ThreadExecutorOptions } from './threads/thread-executor-options.ts'
