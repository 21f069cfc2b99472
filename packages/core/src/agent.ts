import { OptionError } from '@skein/memory'
import { setup } from 'xstate'
import type { AnyActorLogic, PromiseActorLogic } from 'xstate'

import type { AnyActivityRef } from './activity-ref.ts'

/** What any agent's machine may be asked: the event carries the number of the question. */
export interface Asked {
  readonly ask?: string
}

/** The answer to a question, as a machine emits it. */
export interface Reply {
  readonly type: 'skein.reply'
  readonly ask: string
  readonly output?: unknown
  readonly error?: unknown
}

/** What an agent can do: an activity for each type of message. */
export type Abilities = Readonly<Record<string, AnyActivityRef>>

/** An agent without a machine of its own: a role, and an activity for each message that it understands. */
export interface AgentDefinition<Can extends Abilities = Abilities> {
  readonly role: string
  readonly logic: AnyActorLogic
  /** Never there; carries the types of messages and answers. */
  readonly can?: Can
}

interface Context {
  readonly job: Job | undefined
}

interface Job extends Asked {
  readonly type: string
  readonly input: unknown
}

/**
 * Defines an agent that runs an activity for each message and answers with its
 * result, one message after the other.
 *
 * States: `idle` → `working` → `idle`. A failed activity is the answer to its
 * message; the agent lives on.
 *
 * @param options.on - Which activity runs for which type of message.
 */
export function agent<Can extends Abilities>(options: {
  readonly role: string
  readonly on: Can
}): AgentDefinition<Can> {
  const types = Object.keys(options.on)
  if (types.length === 0) throw new OptionError('on', 'at least one type of message', '{}')
  const actors = Object.fromEntries(
    Object.entries(options.on).map(([type, ref]) => [type, ref.logic as PromiseActorLogic<unknown>]),
  )
  const { assign, createMachine, emit } = setup({
    types: {} as { context: Context; events: Job; emitted: Reply },
    actors,
  })
  // Types may hold dots, names of states may not: states are numbered.
  const start = (type: string) => ({
    target: `working.${types.indexOf(type)}`,
    actions: assign({ job: ({ event }) => event }),
  })
  const end = (result: (event: never) => { output: unknown } | { error: unknown }) => ({
    target: '#skein-agent.idle',
    actions: emit(({ context, event }) => answer(context.job, result(event as never))),
  })
  const work = (type: string) => ({
    invoke: {
      src: type,
      input: ({ context }: { context: Context }) => context.job?.input,
      onDone: end(({ output }: { output: unknown }) => ({ output })),
      onError: end(({ error }: { error: unknown }) => ({ error })),
    },
  })
  const logic = createMachine({
    id: 'skein-agent',
    context: { job: undefined },
    initial: 'idle',
    states: {
      idle: { on: Object.fromEntries(types.map((type) => [type, start(type)])) },
      working: {
        initial: '0',
        // States made from data are beyond XState's types.
        states: Object.fromEntries(types.map((type, index) => [index, work(type)])) as never,
      },
    },
  })
  return { role: options.role, logic }
}

function answer(job: Job | undefined, result: { output: unknown } | { error: unknown }): Reply {
  return { type: 'skein.reply', ask: job?.ask ?? '', ...result }
}
