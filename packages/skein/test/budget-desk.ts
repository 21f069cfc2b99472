import { fileURLToPath } from 'node:url'

import type { BudgetScope } from '@skein/core/executor'
import { openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { runtimeState } from '@skein/memory/runtime'
import { openaiModel } from '@skein/openai'
import type { OpenAIModelOptions } from '@skein/openai'

import type { BudgetState } from '../../core/src/limits/budget.ts'
import type { LimitState } from '../../core/src/limits/rate-limit.ts'
import { OpenAIServer } from '../../openai/test/openai-server.ts'
import { startProgram } from '../../redis/test/child.ts'
import { storeAt } from '../../redis/test/fixtures/open-place.ts'
import type { kinds, OnFinished } from '../../redis/test/places.ts'
import type { Outcome } from './fixtures/asking-process.ts'

// In this package, as it depends on models as well as on Redis.
const fixture = fileURLToPath(new URL('./fixtures/asking-process.ts', import.meta.url))

/** A process that asks a model. */
export interface Asker {
  /** Asks all at once. */
  ask(...texts: readonly string[]): void
  /** The outcomes of one `ask`. */
  outcomes(): Promise<readonly Outcome[]>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

/** A model's server, a store, and the state of budgets and limits in it. */
export interface BudgetDesk {
  readonly server: OpenAIServer
  readonly view: View
  start(options?: Partial<OpenAIModelOptions>, budgets?: readonly BudgetScope[]): Promise<Asker>
  budget(id: string): Promise<BudgetState>
  limits(): Promise<LimitState>
}

/** Opens a desk for one test. */
export async function openDesk(placeOf: (typeof kinds)[number][1], onFinished: OnFinished): Promise<BudgetDesk> {
  const place = await placeOf(onFinished)
  const server = await OpenAIServer.start({ delayMs: 2 })
  onFinished(() => server[Symbol.asyncDispose]())
  const memory = await openMemory({ store: storeAt(place) })
  onFinished(() => memory.close())
  const view = memory.as({ id: 'observer', role: 'test' })
  const common = { model: 'gpt-test', baseURL: server.url } as const
  const stateOf = async <State>(name: string): Promise<State> => {
    // Returning the same state writes nothing.
    const state = await runtimeState<State>(view, name, 60_000).change((before) => ({
      state: before as State,
      result: before,
    }))
    return state as State
  }
  return {
    server,
    view,
    budget: (id) => stateOf(`budget/${id}`),
    limits: () => stateOf(`limits/${openaiModel(common).id}`),
    start: async (options = {}, budgets = []) => {
      const args = [place, JSON.stringify({ ...common, ...options }), JSON.stringify(budgets)]
      const child = startProgram(fixture, args, onFinished)
      await child.line('ready')
      return {
        ask: (...texts) => child.say(JSON.stringify(texts)),
        outcomes: async () => JSON.parse((await child.line('outcomes ')).slice('outcomes '.length)) as Outcome[],
        kill: async () => {
          child.signal('SIGKILL')
          await child.ended
        },
      }
    },
  }
}

/** The tokens of the answers among some outcomes. */
export function answered(outcomes: readonly Outcome[]): number[] {
  return outcomes.flatMap((outcome) => ('tokens' in outcome ? [outcome.tokens] : []))
}

/** The refusals among some outcomes. */
export function refused(outcomes: readonly Outcome[]): Outcome[] {
  return outcomes.filter((outcome) => 'code' in outcome)
}
