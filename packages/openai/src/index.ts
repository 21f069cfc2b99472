/**
 * Models over OpenAI's API and any compatible server.
 *
 * @module
 */

// First: it says when Node.js is too old for what follows.
import '@skein/memory'

export { openaiModel } from './openai-model.ts'
export type { OpenAIModelOptions } from './openai-options.ts'
export { openaiPrices } from './prices.ts'
