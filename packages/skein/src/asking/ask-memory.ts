import { shareModel } from '@skein/core'
import type { Model } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import type { View } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { isCostly } from '../report/agree-on-ceiling.ts'
import { MemoryReader } from './answer-from-memory.ts'
import type { AskModel, MemoryAnswer } from './answer-from-memory.ts'
import { heldDocuments } from './held-documents.ts'
import { holdingsOf } from './holdings.ts'
import type { Holdings } from './holdings.ts'

/** How questions to a memory are answered. */
export interface AskOptions {
  /**
   * The model that answers, from the texts that match best. Equal questions are one call, for all who have the memory.
   *
   * @defaultValue the built-in one: the answer is the sentences that match best
   */
  readonly model?: Model
  readonly signal?: AbortSignal
}

/** A memory's answers to questions. */
export interface MemoryAnswers {
  /** In the order of the questions, of which equal ones are answered once. */
  readonly answers: readonly MemoryAnswer[]
  /** What was asked: nothing where both of its lists are empty. */
  readonly holds: Holdings
}

const kinds: OptionKinds<AskOptions> = { model: 'any', signal: 'object' }

/**
 * Answers questions from what a memory holds: the files that runs have read, and what agents wrote. Each sentence is
 * quoted from there and names its places. Only what the view's clearance covers is read.
 *
 * @throws OptionError; StoreError; the signal's reason; with a model, what its calls throw.
 *
 * @example
 * ```ts
 * import { mapStore, openMemory } from '@skein/memory'
 * import { askMemory } from 'skein'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const ann = memory.as({ id: 'ann', role: 'research' })
 * await ann.observations.log({ value: 'Acme pays its invoices late.' })
 * const { answers } = await askMemory(ann, ['Who pays late?'])
 * answers[0]?.sentences[0]?.text // => 'Acme pays its invoices late.'
 * await memory.close()
 * ```
 */
export async function askMemory(
  view: View,
  questions: readonly string[],
  options: AskOptions = {},
): Promise<MemoryAnswers> {
  const { model, signal = new AbortController().signal } = requireOptions('askMemory', options, kinds)
  const asked = questionsOf(questions)
  const documents = await heldDocuments(view, signal)
  const holds = await holdingsOf(view, documents)
  const reader = await MemoryReader.read(view, documents)
  const byModel = isCostly(model) ? askingWith(model, view, signal) : undefined
  const answers: MemoryAnswer[] = []
  for (const question of asked) {
    signal.throwIfAborted()
    answers.push(await reader.answer(question, byModel))
  }
  return { answers, holds }
}

function questionsOf(questions: readonly string[]): ReadonlySet<string> {
  const isFine = (one: unknown): boolean => typeof one === 'string' && one.trim() !== ''
  if (Array.isArray(questions) && questions.length > 0 && questions.every(isFine)) return new Set(questions)
  throw new OptionError('questions', 'an array of questions', questions)
}

function askingWith(model: Model, view: View, signal: AbortSignal): AskModel {
  const shared = shareModel(model, view)
  return (request) => shared.cite(request, { signal })
}
