/**
 * Sessions and tools of OpenAI's Agents SDK in a memory that agents share.
 *
 * @module
 */

export { SkeinSession } from './skein-session.ts'
export { memoryTools } from './memory-tools.ts'
export type { SessionOptions } from './skein-session.ts'
export type { ToolOptions } from './memory-tools.ts'
