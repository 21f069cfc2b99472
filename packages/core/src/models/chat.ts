import type { Json } from '@skein/memory/runtime'

import type { ModelUsage } from './usage.ts'

/** One message of a conversation with a model; plain data. */
export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls?: readonly ToolCall[] }
  /** What a tool gave back, for the call with this id. */
  | { readonly role: 'tool'; readonly toolCallId: string; readonly text: string }

/** A JSON Schema, as data. */
export type JsonSchema = { readonly [key: string]: Json | undefined }

/** A tool that a model may ask for; running it is the caller's business. */
export interface ToolDefinition {
  readonly name: string
  readonly description?: string
  /** What its arguments must look like. */
  readonly parameters: JsonSchema
}

/** A tool that a model asks for. */
export interface ToolCall {
  readonly id: string
  readonly name: string
  /** Parsed, not yet checked against the tool's schema. */
  readonly arguments: Json
}

/** What to ask a model; plain data, so that it can be the key of shared work. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[]
  readonly tools?: readonly ToolDefinition[]
  /** @defaultValue 'auto' where there are tools */
  readonly toolChoice?: 'auto' | 'none' | 'required'
  /** The answer must be JSON of this schema. */
  readonly schema?: { readonly name: string; readonly schema: JsonSchema }
  /** Left out, the server decides, and the answer counts as one that may be shared. */
  readonly temperature?: number
  readonly topP?: number
  readonly maxOutputTokens?: number
  /** Texts at which the answer ends. */
  readonly stop?: readonly string[]
  readonly seed?: number
  /** Parameters of this provider alone, passed on as they are: `{ reasoning_effort: 'low' }`. */
  readonly extra?: { readonly [parameter: string]: Json }
}

/**
 * Why an answer ended: by itself, at the limit of its length, to have tools
 * run, because the model or its provider refused, or for a reason of the provider's own.
 */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'refused' | 'other'

/** What a model answered. */
export interface ChatResponse {
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  readonly finishReason: FinishReason
  /** What the model said instead of an answer, when it refused. */
  readonly refusal?: string | undefined
  readonly usage: ModelUsage
}

/** How a call is made. */
export interface ChatOptions {
  readonly signal?: AbortSignal | undefined
  /** Told each piece of the text as it comes. */
  readonly onText?: ((piece: string) => void) | undefined
}
