import { extractiveModel, ModelCallError } from '@skein/core'
import type { ActivityContext } from '@skein/core'
import type { Drops, Language } from '@skein/core/executor'

import { toQuotes } from './note.ts'
import type { CitablePassage, Note } from './note.ts'

/** What a model says about some passages, as quotes of their sources. Without a question, a summary. */
export async function summarize(
  { model, signal }: ActivityContext,
  passages: readonly CitablePassage[],
  maxSentences: number,
  question?: string,
  language?: Language,
): Promise<Required<Pick<Note, 'quotes' | 'drops'>>> {
  const messages = question === undefined ? [] : [{ role: 'user', text: question } as const]
  try {
    const request = {
      messages,
      passages: passages.map(({ passage }) => passage),
      maxSentences,
      ...(language && { language }),
    }
    // What the built-in model says is computed in less time than it is stored, and the result of the activity is.
    const share = model.id !== extractiveModel().id
    const { sentences, droppedFor = {} } = await model.cite(request, { signal, share })
    return { quotes: toQuotes(sentences, passages), drops: droppedFor }
  } catch (error) {
    // One part that leads a model astray must not end the report.
    const drops = dropsOf(error)
    if (drops === undefined) throw error
    return { quotes: [], drops }
  }
}

/** There are very many notes, and most lack nothing. */
export function unlessNone(drops: Drops): Pick<Note, 'drops'> {
  return Object.keys(drops).length > 0 ? { drops } : {}
}

/** Why no sentence of an answer counts, where that is the error. */
function dropsOf(error: unknown): Drops | undefined {
  return error instanceof ModelCallError && error.code === 'SKEIN_MODEL_CITATION' ? (error.droppedFor ?? {}) : undefined
}
