import type { Level } from '@skein/memory'

import type { ChatMessage } from './chat.ts'
import type { ModelUsage } from './usage.ts'

/**
 * Text that a model is given as data: it may be quoted, never obeyed.
 *
 * Citations in the answer point into `text`. Whatever was read from the memory
 * goes to a model in this form, with who wrote it and how sensitive it is.
 */
export interface Passage {
  /** The caller's name for it; citations repeat it. */
  readonly id: string
  readonly text: string
  /** Who wrote it, as the memory knows: an agent, a file. */
  readonly author?: string
  /** @defaultValue that of everything the asking activity has read */
  readonly sensitivity?: Level
  readonly compartments?: readonly string[]
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

/** What to answer from passages. */
export interface CiteRequest {
  /** What to do and what to answer; the last message of the user is the question. May be empty for a plain summary. */
  readonly messages: readonly ChatMessage[]
  /** What to read. */
  readonly passages: readonly Passage[]
  /** Most sentences of the answer. */
  readonly maxSentences: number
}

/** An answer, each sentence with the places that it rests on. */
export interface CitedAnswer {
  /** Best first. */
  readonly sentences: readonly CitedSentence[]
  /**
   * Sentences that were left out because they cite what no passage says, even
   * after the model was told so and asked again. Absent: none.
   */
  readonly dropped?: number | undefined
  readonly usage: ModelUsage
}
