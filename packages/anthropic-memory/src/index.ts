/**
 * Handlers of Anthropic's memory tool over a memory that agents share.
 *
 * @module
 */

export { memoryHandlers } from './memory-handlers.ts'
export { MemoryFileError } from './memory-file-error.ts'
export type { MemoryHandlers, MemoryHandlersOptions } from './memory-handlers.ts'
