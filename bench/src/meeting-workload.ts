import { createFlock } from '@skein/core'
import type { Flock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { openaiModel } from '@skein/openai'

import type { OpenAIServer } from '../../packages/openai/test/openai-server.ts'

/** How long the model takes to answer, in milliseconds. */
export const answerMs = 20

/** Who prepares a meeting: each reads documents, one after the other, then asks a question of its own. */
export interface Meeting {
  readonly agents: number
  readonly documents: number
  /** Which share of an agent's documents is read by all of them; the others by it alone. */
  readonly overlap: number
}

/** What preparing a meeting took. */
export interface Took {
  readonly calls: number
  readonly tokens: number
  readonly nanoseconds: number
}

/** The least that it can take: each document that anybody reads noted once, each question asked once, nobody ever waiting. */
export function optimum(
  { agents, documents, overlap }: Meeting,
  tokens: Readonly<Record<'note' | 'question', number>>,
): Took {
  const common = Math.round(overlap * documents)
  const notes = common + agents * (documents - common)
  const calls = notes + agents
  return {
    calls,
    tokens: notes * tokens.note + agents * tokens.question,
    nanoseconds: (calls / agents) * answerMs * 1e6,
  }
}

/** Prepares a meeting, with one memory for all or one for each, and counts at the server what reached it. */
export async function prepare(meeting: Meeting, isShared: boolean, server: OpenAIServer): Promise<Took> {
  const crews = await Promise.all(Array.from({ length: isShared ? 1 : meeting.agents }, () => openCrew(server.url)))
  try {
    const before = server.reached.length
    const startedAt = process.hrtime.bigint()
    const answers = await Promise.all(
      Array.from({ length: meeting.agents }, (_, agent) => {
        const crew = crews[isShared ? 0 : agent]
        if (!crew) throw new Error('Each agent has a crew.')
        return crew.answer(documentsOf(meeting, agent), `Question ${agent}?`)
      }),
    )
    const nanoseconds = Number(process.hrtime.bigint() - startedAt)
    if (answers.some((answer, agent) => !answer.includes(`Question ${agent}?`)))
      throw new Error('An answer is another agent’s.')
    const tokens = crews.reduce((sum, { flock, warmUp }) => sum + tokensOf(flock) - warmUp, 0)
    return { calls: server.reached.length - before, tokens, nanoseconds }
  } finally {
    for (const crew of crews) await crew.close()
  }
}

/** Names of one length, so that each call has the same number of tokens. Everybody begins at another place. */
function documentsOf({ agents, documents, overlap }: Meeting, agent: number): string[] {
  const common = Math.round(overlap * documents)
  const name = (owner: string, index: number): string => `document${owner}${String(index).padStart(3, '0')}`
  const all = Array.from({ length: documents }, (_, index) => name(index < common ? 'x' : `${agent}`, index))
  const first = Math.floor((agent * documents) / agents)
  return [...all.slice(first), ...all.slice(0, first)]
}

interface Crew {
  readonly flock: Flock
  /** Tokens that were used before anything counted. */
  readonly warmUp: number
  answer(documents: readonly string[], question: string): Promise<string>
  close(): Promise<void>
}

async function openCrew(baseURL: string): Promise<Crew> {
  const memory = await openMemory({ store: mapStore() })
  const flock = await createFlock({ memory, threads: 1, model: openaiModel({ model: 'gpt-bench', baseURL }) })
  const { noteDocument, answerQuestion } = flock.activities<typeof import('./meeting-activities.ts')>(
    new URL('./meeting-activities.ts', import.meta.url),
  )
  // The thread, what it loads and its connection are there before anybody's time counts.
  await noteDocument('nothing')
  return {
    flock,
    warmUp: tokensOf(flock),
    answer: async (documents, question) => {
      const notes: string[] = []
      for (const document of documents) notes.push(await noteDocument(document))
      return answerQuestion({ question, notes: notes.toSorted() })
    },
    close: async () => {
      await flock.close()
      await memory.close()
    },
  }
}

function tokensOf(flock: Flock): number {
  const { inputTokens, outputTokens } = flock.stats().used
  return inputTokens + outputTokens
}
