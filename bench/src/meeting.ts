import { OpenAIServer } from '../../packages/openai/test/openai-server.ts'
import { answerMs, optimum, prepare } from './meeting-workload.ts'
import type { Meeting, Took } from './meeting-workload.ts'
import type { Asking, Contender, Question, Ratio } from './question.ts'

const alone = 'each alone, any overlap'

/** Calls that reach the model while a meeting is prepared, against the fewest that are possible. */
export const meetingCalls = (asking: Asking): Promise<Question> => meeting(asking, 'meeting-calls', 'calls', 1.01)

/** Tokens of those calls. */
export const meetingTokens = (asking: Asking): Promise<Question> => meeting(asking, 'meeting-tokens', 'tokens', 1.01)

/** The time that it takes, against agents that never wait for anything but the model. */
export const meetingTime = (asking: Asking): Promise<Question> =>
  meeting(asking, 'meeting-time', 'nanoseconds', undefined)

/** @param most - How many times the optimum is asked for at most, at any overlap. */
async function meeting(
  { quick }: Asking,
  name: string,
  measure: keyof Took,
  most: number | undefined,
): Promise<Question> {
  const server = await OpenAIServer.start({ delayMs: answerMs })
  const overlaps = quick ? [0.5] : [0, 0.25, 0.5, 0.75, 1]
  const size = quick ? { agents: 3, documents: 4 } : { agents: 8, documents: 20 }
  const tokens = await tokensOf(size, server)
  const isCount = measure !== 'nanoseconds'
  const shown = { calls: 'model calls', tokens: 'tokens', nanoseconds: 'wall time' }[measure]
  const contenders = overlaps.flatMap((overlap): Contender[] => {
    const one: Meeting = { ...size, overlap }
    const percent = `${overlap * 100} % overlap`
    const measured = (isShared: boolean): Omit<Contender, 'name'> => ({
      tellsFigure: true,
      // Each preparation looks at its own answers.
      check: () => {},
      run: async () => (await prepare(one, isShared, server))[measure],
    })
    return [
      // Who shares nothing does the same at any overlap.
      ...(overlap === 0.5 ? [{ name: alone, ...measured(false) }] : []),
      { name: `shared, ${percent}`, ...measured(true) },
      { name: `optimum, ${percent}`, tellsFigure: true, check: () => {}, run: () => optimum(one, tokens)[measure] },
    ]
  })
  const ratios = overlaps.map((overlap): Ratio => {
    const percent = `${overlap * 100} % overlap`
    if (most === undefined) return { of: `shared, ${percent}`, to: alone, most: 1.1 }
    return { of: `shared, ${percent}`, to: `optimum, ${percent}`, most }
  })
  return {
    name,
    unit: `${shown} of ${size.agents} agents that prepare a meeting from ${size.documents} documents (${answerMs} ms each) and a question`,
    kind: isCount ? 'count' : 'time',
    times: 1,
    rounds: isCount ? 1 : 3,
    warmUps: isCount ? 0 : 1,
    contenders,
    ratios,
    close: () => server[Symbol.asyncDispose](),
  }
}

/** What the calls of this model cost, seen in a meeting of one and in one without a document. */
async function tokensOf(
  { documents }: { readonly documents: number },
  server: OpenAIServer,
): Promise<Readonly<Record<'note' | 'question', number>>> {
  const whole = await prepare({ agents: 1, documents, overlap: 0 }, false, server)
  const { body } = server.reached.at(-1) ?? {}
  if (!body) throw new Error('Nothing has reached the server.')
  // The question alone once more, its notes given: what is left of the first was notes.
  const response = await fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  const { usage } = (await response.json()) as { usage: { total_tokens: number } }
  return { note: (whole.tokens - usage.total_tokens) / documents, question: usage.total_tokens }
}
