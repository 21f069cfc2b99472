import { activity } from '@skein/core'
import type { Activity } from '@skein/core'

const text = 'Insulation saves energy in every home. The arts are a precious resource.'

/** Answers from a text, and remembers the answer. */
export const answer: Activity<string, string> = activity(async ({ memory, model }, question) => {
  const { sentences } = await model.cite({
    messages: [{ role: 'user', text: question }],
    passages: [{ id: 'text', text }],
    maxSentences: 1,
  })
  const value = sentences[0]?.text ?? 'Nobody knows.'
  await memory.observations.log({ task: question, value })
  return value
})
