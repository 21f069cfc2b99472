import { findAnswers } from '@skein/core/executor'
import type { CitedAnswer, CiteRequest } from '@skein/core/executor'
import type { View } from '@skein/memory'

import { sourceRange } from '../report/note.ts'
import type { FileState } from './file-state.ts'
import { textsOfRecords } from './held-records.ts'
import { textsOfDocuments } from './held-documents.ts'
import type { HeldDocument, HeldText } from './held-text.ts'

/** Where a sentence stands. */
export type AnswerPlace =
  | {
      /** The file as it was given when it was read. */
      readonly source: string
      /** UTF-16 offsets into its text. */
      readonly start: number
      readonly end: number
      readonly state: FileState
    }
  | {
      readonly collection: string
      readonly id: string
      readonly author: string
      readonly task?: string
      /** Unix milliseconds, by the store's clock. */
      readonly updatedAt: number
    }

/** A memory's answer to a question; it has no sentences if the memory has no answer. */
export interface MemoryAnswer {
  readonly question: string
  readonly sentences: readonly { readonly text: string; readonly citations: readonly AnswerPlace[] }[]
}

/** Asks a model that cites. */
export type AskModel = (request: CiteRequest) => Promise<CitedAnswer>

const maxSentences = 4
/** How many sentences that may answer a question lead to what a model reads. */
const maxLeads = 40
/** How many texts a model reads. */
const maxTexts = 8

/** Answers questions from what a memory holds. */
export class MemoryReader {
  readonly #view: View
  readonly #texts: readonly HeldText[]
  readonly #parts: ReadonlySet<string>

  private constructor(view: View, texts: readonly HeldText[], parts: ReadonlySet<string>) {
    this.#view = view
    this.#texts = texts
    this.#parts = parts
  }

  /** Reads the sentences of files, once for all questions. */
  static async read(view: View, documents: readonly HeldDocument[]): Promise<MemoryReader> {
    const texts = await textsOfDocuments(view, documents)
    return new MemoryReader(view, texts, new Set(documents.flatMap(({ known }) => known)))
  }

  /** @param ask - The model that answers; by default, the sentences that match best do. */
  async answer(question: string, ask?: AskModel): Promise<MemoryAnswer> {
    const texts = [...this.#texts, ...(await textsOfRecords(this.#view, question, this.#parts))]
    const found = await findAnswers(question, texts, ask ? maxLeads : maxSentences)
    if (ask && found.length > 0) {
      const chosen = [...new Set(found.map(({ source }) => source))].slice(0, maxTexts)
      return answerByModel(
        question,
        chosen.toSorted((one, other) => one - other).map((at) => texts[at] as HeldText),
        ask,
      )
    }
    const sentences = found.map(({ source, sentence }) => {
      const held = texts[source] as HeldText
      const { start = 0, end = 0 } = held.sentences[sentence] ?? {}
      return { text: held.text.slice(start, end), citations: placesOf(held, texts, start, end) }
    })
    return { question, sentences }
  }
}

/** All places where the same words stand, first the one that was found. */
function placesOf(found: HeldText, texts: readonly HeldText[], start: number, end: number): AnswerPlace[] {
  const words = found.text.slice(start, end)
  const others = texts.flatMap((held) => {
    const same =
      held === found ? undefined : held.sentences.find((one) => held.text.slice(one.start, one.end) === words)
    return same ? [placeOf(held, same.start, same.end)] : []
  })
  return [placeOf(found, start, end), ...others]
}

function placeOf({ origin }: HeldText, start: number, end: number): AnswerPlace {
  if (origin.kind === 'file') {
    const { document, part } = origin
    return { source: document.source, ...sourceRange(part, start, end), state: document.state }
  }
  const { collection, id, author, task, updatedAt } = origin.record
  return { collection, id, author, ...(task !== undefined && { task }), updatedAt }
}

async function answerByModel(question: string, texts: readonly HeldText[], ask: AskModel): Promise<MemoryAnswer> {
  const { sentences } = await ask({
    messages: [{ role: 'user', text: question }],
    passages: texts.map(({ text, origin }, index) => {
      if (origin.kind === 'file')
        return { id: `${index} ${origin.part.title}`, text, author: 'the file', ...origin.document.label }
      const { id, author, sensitivity, compartments } = origin.record
      return { id: `${index} ${id}`, text, author, sensitivity, compartments }
    }),
    maxSentences,
  })
  return {
    question,
    sentences: sentences.map(({ text, citations }) => ({
      text,
      citations: citations.flatMap(({ passage, start, end }) => {
        const held = texts[Number.parseInt(passage, 10)]
        return held ? [placeOf(held, start, end)] : []
      }),
    })),
  }
}
