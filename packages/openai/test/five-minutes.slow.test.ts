import { openaiModel } from '@skein/openai'
import { expect, it } from 'vitest'

import { startServer } from './open-shared.ts'

const messages = [{ role: 'user', text: 'Hello.' }] as const
/** Node's `fetch` gives up after 300 seconds, whatever its caller says. */
const longMs = 305_000

it(
  'waits for an answer and for the next piece longer than five minutes, and asks once',
  async () => {
    const [whole, streamed] = [await startServer(), await startServer()]
    const late = new Promise<void>((resolve) => setTimeout(resolve, longMs))
    whole.fail({ kind: 'silence', until: late })
    streamed.fail({ kind: 'stall', until: late })
    const modelOf = (baseURL: string): ReturnType<typeof openaiModel> =>
      openaiModel({ model: 'm', baseURL, timeoutMs: 2 * longMs })
    const answers = await Promise.all([
      modelOf(whole.url).chat({ messages }),
      modelOf(streamed.url).chat({ messages }, { onText: () => {} }),
    ])
    expect(answers.map(({ text }) => text)).toEqual(['You said: Hello.', 'You said: Hello.'])
    expect([whole.reached.length, streamed.reached.length]).toEqual([1, 1])
  },
  2 * longMs,
)
