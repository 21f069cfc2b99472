import { OptionError } from '@skein/memory'
import type { Level } from '@skein/memory'
import { requireInteger } from '@skein/memory/runtime'

import type { Language } from '../languages/function-words.ts'
import type { ChatMessage } from './chat.ts'
import type { ModelUsage } from './usage.ts'

/**
 * Text that a model gets as data: it may quote it, but never obey it.
 *
 * Citations in the answer point into `text`. Text from the memory goes to a model
 * in this form, with its author and its sensitivity.
 */
export interface Passage {
  /** The caller's id for it, to which citations refer. */
  readonly id: string
  readonly text: string
  /** Who wrote it: an agent, a file. */
  readonly author?: string
  /** @defaultValue the label of everything that the calling activity has read */
  readonly sensitivity?: Level
  readonly compartments?: readonly string[]
}

/** A part of a passage, in UTF-16 offsets: `passage.text.slice(start, end)`. */
export interface Citation {
  readonly passage: string
  readonly start: number
  readonly end: number
}

/** A sentence of an answer, with the places in the passages that back it. */
export interface CitedSentence {
  readonly text: string
  readonly citations: readonly Citation[]
}

/**
 * Why a sentence is left out, by its first faulty quote:
 *
 * - `absent`: the passage does not say this, word for word.
 * - `little`: the quote holds fewer than two different words that carry meaning, or only very short ones.
 * - `repeated`: the quote is short, and occurs in its passage more than once.
 * - `malformed`: the sentence has no text or no quotes.
 */
export type DropReason = 'absent' | 'little' | 'repeated' | 'malformed'

/** How many sentences were left out for each reason. */
export type Drops = { readonly [Reason in DropReason]?: number }

/** A request for an answer from passages. */
export interface CiteRequest {
  /** Instructions and the question, which is the last user message. Empty for a plain summary. */
  readonly messages: readonly ChatMessage[]
  /** The text to answer from. */
  readonly passages: readonly Passage[]
  /** Most sentences of the answer. */
  readonly maxSentences: number
  /**
   * The language of the passages: it tells where sentences end, and what words mean the same.
   *
   * @defaultValue the one that the words of each passage tell
   */
  readonly language?: Language
}

/** An answer whose sentences cite the passages. */
export interface CitedAnswer {
  /** Best first. */
  readonly sentences: readonly CitedSentence[]
  /**
   * How many sentences were left out because their quotes are in no passage or prove nothing, even
   * after the model was asked to correct them. Absent if none.
   */
  readonly dropped?: number | undefined
  /** Why, as far as is known. Absent if none. */
  readonly droppedFor?: Drops | undefined
  readonly usage: ModelUsage
}

/** @throws OptionError */
export function requireCite({ maxSentences, passages }: CiteRequest): void {
  requireInteger('maxSentences', maxSentences, 1)
  if (new Set(passages.map(({ id }) => id)).size < passages.length) {
    throw new OptionError('passages', 'passages with different ids', 'the same id twice')
  }
}
