import type { Json } from '@skein/memory/runtime'

import type { PromptPrefix } from '../prefixes/prompt-prefix.ts'
import type { ModelUsage } from './usage.ts'

/** One message of a conversation with a model; plain data. */
export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls?: readonly ToolCall[] }
  /** What a tool returned for the call with this id. */
  | { readonly role: 'tool'; readonly toolCallId: string; readonly text: string }

/** A JSON Schema, as data. */
export type JsonSchema = { readonly [key: string]: Json | undefined }

/** A tool that a model may call; running it is up to the caller. */
export interface ToolDefinition {
  readonly name: string
  readonly description?: string
  /** Schema of its arguments. */
  readonly parameters: JsonSchema
}

/** A tool call that a model requests. */
export interface ToolCall {
  readonly id: string
  readonly name: string
  /** Parsed, but not checked against the tool's schema. */
  readonly arguments: Json
}

/** A request to a model; plain data, so that it can be the key of shared work. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[]
  readonly tools?: readonly ToolDefinition[]
  /** @defaultValue 'auto' where there are tools */
  readonly toolChoice?: 'auto' | 'none' | 'required'
  /** The answer must be JSON that fits this schema. */
  readonly schema?: { readonly name: string; readonly schema: JsonSchema }
  /** @defaultValue the server's; then the answer may be shared as if it were 0 */
  readonly temperature?: number
  readonly topP?: number
  readonly maxOutputTokens?: number
  /** Strings at which the answer ends. */
  readonly stop?: readonly string[]
  readonly seed?: number
  /** Parameters that only this provider has, passed on unchanged: `{ reasoning_effort: 'low' }`. */
  readonly extra?: { readonly [parameter: string]: Json }
}

/**
 * Why an answer ended: by itself, at its maximum length, to have tools called,
 * because the model or its provider refused, or for another reason of the provider.
 */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'refused' | 'other'

/** The answer of a model. */
export interface ChatResponse {
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  readonly finishReason: FinishReason
  /** The model's explanation, when it refused. */
  readonly refusal?: string | undefined
  /** The model's reasoning, if the server returns it. It is not part of the text. */
  readonly reasoning?: string | undefined
  readonly usage: ModelUsage
}

/** How to make a call. */
export interface ChatOptions {
  readonly signal?: AbortSignal | undefined
  /** Called with each piece of the text as it arrives. */
  readonly onText?: ((piece: string) => void) | undefined
  /** What other requests begin with, too, for a prompt cache. Absent where the model has none, or it is short. */
  readonly prefix?: PromptPrefix | undefined
}
