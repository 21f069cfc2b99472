import { activity } from '@skein/core'
import type { Activity } from '@skein/core'

/** Takes notes of a document. */
export const noteDocument: Activity<string, string> = activity(
  async ({ model, signal }, document) => {
    const messages = [{ role: 'user', text: `Take notes of ${document}.` } as const]
    return (await model.chat({ messages }, { signal })).text
  },
  { kind: 'io', shared: true },
)

/** Answers a question by the notes. */
export const answerQuestion: Activity<{ readonly question: string; readonly notes: readonly string[] }, string> =
  activity(
    async ({ model, signal }, { question, notes }) => {
      const messages = [{ role: 'user', text: `${notes.join('\n')}\n${question}` } as const]
      return (await model.chat({ messages }, { signal })).text
    },
    { kind: 'io', shared: true },
  )
