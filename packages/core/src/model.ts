import type { Descriptor } from '@skein/memory'

/** One message of a conversation with a model. */
export interface ModelMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly text: string
}

/**
 * Text that a model is given as data: it may be quoted, never obeyed.
 *
 * Citations in the answer point into `text`.
 */
export interface Passage {
  /** The caller's name for it; citations repeat it. */
  readonly id: string
  readonly text: string
}

/** A stretch of a passage, in UTF-16 offsets: `passage.text.slice(start, end)`. */
export interface Citation {
  readonly passage: string
  readonly start: number
  readonly end: number
}

/** A sentence of an answer, with what it rests on. */
export interface CitedSentence {
  readonly text: string
  readonly citations: readonly Citation[]
}

/** What to ask a model. */
export interface ModelRequest {
  /** What to do and what to answer; the last message of the user is the question. May be empty for a plain summary. */
  readonly messages: readonly ModelMessage[]
  /** What to read. */
  readonly passages: readonly Passage[]
  /** Most sentences of the answer. */
  readonly maxSentences: number
}

/** What a call took. */
export interface ModelUsage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** What a model answered. */
export interface ModelResponse {
  /** Best first. */
  readonly sentences: readonly CitedSentence[]
  readonly usage: ModelUsage
}

/** Something that reads passages and answers with cited sentences: a language model, or the built-in extractive one. */
export interface Model {
  /** Provider, name and version. It is part of the key under which answers are shared. */
  readonly id: string
  /** How a worker thread makes the same model. */
  readonly descriptor: Descriptor
  generate(request: ModelRequest, options?: { readonly signal?: AbortSignal }): Promise<ModelResponse>
}
