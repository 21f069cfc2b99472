/**
 * Checkpoints and long-term memory of LangGraph in a memory that agents share.
 *
 * @module
 */

export { SkeinSaver } from './skein-saver.ts'
export { SkeinStore } from './skein-store.ts'
export { StaleWriterError } from './stale-writer-error.ts'
export type { SaverOptions } from './skein-saver.ts'
export type { IndexOptions, StoreOptions } from './skein-store.ts'
export type { FactOptions } from './saver-options.ts'
