/**
 * Models over OpenAI's API and any compatible server.
 *
 * @module
 */

export { openaiModel } from './openai-model.ts'
export type { OpenAIModelOptions } from './openai-options.ts'
export { openaiPrices } from './prices.ts'
