import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import { toResponse } from '@skein/core/executor'
import type { ChatRequest, ChatResponse } from '@skein/core/executor'
import type { Json } from '@skein/memory/runtime'

import { rawAnswer } from '../calls/chat-answer.ts'
import { fieldsOf } from '../calls/fields.ts'
import type { GivenAnswer } from '../calls/language-model.ts'

/** What is remembered of an answer beside what Skein checks: all that the SDK shows, none of headers and bodies. */
export type KeptAnswer = Json & { readonly content: readonly Json[] }

/** An answer as Skein checks and stores it. */
export interface KeptResponse extends ChatResponse {
  /** `undefined` where JSON can't hold the answer: then it is for its caller alone. */
  readonly kept?: KeptAnswer | undefined
}

/** @param model - The id of the model. */
export function keptResponse(model: string, request: ChatRequest, answer: GivenAnswer): KeptResponse {
  const raw = rawAnswer(answer)
  const kept = keptAnswer(answer)
  try {
    const response = toResponse(model, request, raw)
    return kept ? { ...response, kept } : { ...response, finishReason: 'other' }
  } catch {
    // Arguments that are no JSON: the SDK repairs them, or tells the model. Nobody else should get them.
    const response = toResponse(model, request, { ...raw, toolCalls: [] })
    return { ...response, finishReason: 'other', kept }
  }
}

/** `undefined` where JSON can't hold it. */
function keptAnswer({ response, warnings = [], ...answer }: GivenAnswer): KeptAnswer | undefined {
  const { content, finishReason, usage, providerMetadata, structuredOutputText } = answer
  const { id, timestamp, modelId } = fieldsOf(response)
  const said = { id, modelId, ...(timestamp instanceof Date && { timestamp: timestamp.getTime() }) }
  try {
    const kept = { content, finishReason, usage, warnings, providerMetadata, structuredOutputText, response: said }
    return JSON.parse(JSON.stringify(kept, inJson)) as KeptAnswer
  } catch {
    return undefined
  }
}

/** The SDK takes bytes in base64, too. An address may end, and is an object that JSON would turn into a text. */
function inJson(this: unknown, key: string, held: unknown): unknown {
  const own = (this as Record<string, unknown>)[key]
  if (own instanceof Uint8Array) return Buffer.from(own).toString('base64')
  if (own instanceof URL) throw new TypeError('An address is not kept.')
  return held
}

/** The remembered answer as the SDK gets it. */
export function toResult(kept: KeptAnswer): LanguageModelV4GenerateResult {
  // It was such a result before it was stored, but for its date, which is kept as a number.
  const { response, ...answer } = kept as unknown as LanguageModelV4GenerateResult & {
    readonly response: { readonly id?: string; readonly modelId?: string; readonly timestamp?: number }
  }
  const { timestamp, ...rest } = response
  return { ...answer, response: { ...rest, ...(timestamp !== undefined && { timestamp: new Date(timestamp) }) } }
}
