/**
 * Skein and the AI SDK: its models for Skein's agents, and Skein's memory for agents of the SDK.
 *
 * @module
 */

// First: it says when Node.js is too old for what follows.
import '@skein/memory'

export { aiSdkModel } from './ai-sdk-model.ts'
export type { AiSdkModelOptions } from './ai-sdk-options.ts'
export type { AnyEmbeddingModel, AnyLanguageModel, ProviderOptions } from './calls/language-model.ts'
export type { CallSettings } from './call-settings.ts'

export { sharedMiddleware } from './shared-middleware.ts'
export { sharedEmbeddingMiddleware } from './shared-embedding-middleware.ts'
export type { SharedMiddlewareOptions } from './shared-middleware.ts'
export type { SharedEmbeddingOptions } from './shared-embedding-middleware.ts'

export { memoryTools } from './tools/memory-tools.ts'
export type { MemoryTools, MemoryToolsOptions } from './tools/memory-tools.ts'
