import { activity } from '@skein/core'

/** Asks the flock's model, in a worker thread. */
export const repeat = activity(
  async ({ model }, { text }: { id: string; text: string }) => {
    const answer = await model.chat({ messages: [{ role: 'user', text }] })
    return { text: answer.text, reused: answer.reused }
  },
  { kind: 'io' },
)
