import { OptionError } from '@skein/memory'
import { requireOptions, requireStrings } from '@skein/memory/runtime'
import { setup } from 'xstate'
import type { PromiseActorLogic } from 'xstate'

import type { AnyActivityRef } from '../activities/activity-ref.ts'
import type { AgentDefinition } from '../machine/host.ts'
import { machineDefinition } from '../machine/machine-definition.ts'
import { askOf, refuse, reply } from '../messages/message.ts'
import type { Question, Reply } from '../messages/message.ts'

/** The abilities of an agent: an activity for each type of message. */
export type Abilities = Readonly<Record<string, AnyActivityRef>>

/** The input of an ability. */
export type InputOf<Ability> = Ability extends (input: infer Input, ...rest: never[]) => unknown ? Input : never
/** The output of an ability. */
export type OutputOf<Ability> = Ability extends (...args: never[]) => Promise<infer Output> ? Output : never

/** The messages that abilities answer. */
export type QuestionsFor<Can extends Abilities> = {
  [Type in keyof Can & string]: Question<Type, InputOf<Can[Type]>, OutputOf<Can[Type]>>
}[keyof Can & string]

interface Context {
  readonly job: Job | undefined
}

interface Job {
  readonly type: string
  readonly input: unknown
  readonly ask?: string
}

/**
 * Defines an agent that runs an activity for each message and answers with its
 * result, one message at a time.
 *
 * States: `idle` → `working` → `idle`. If the activity fails, its error is the
 * answer, and the agent continues.
 *
 * @param options.on - Which activity runs for which type of message.
 * @throws OptionError when there is none.
 *
 * @example
 * ```ts
 * import { agent, createFlock } from '@skein/core'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const flock = await createFlock({ memory })
 * const double = flock.activity(async (_, amount: number) => amount * 2)
 * const clerk = flock.spawn(agent({ role: 'clerk', on: { double } }))
 * await clerk.ask({ type: 'double', input: 21 }) // => 42
 * await flock.close()
 * await memory.close()
 * ```
 */
export function agent<Can extends Abilities>(options: {
  readonly role: string
  readonly on: Can
}): AgentDefinition<QuestionsFor<Can>, never> {
  const { role, on } = requireOptions('agent', options, { role: 'any', on: 'object' })
  requireStrings('role', [role])
  const types = Object.keys(on ?? {})
  if (types.length === 0) throw new OptionError('on', 'an activity for at least one type of message', on)
  for (const type of types) {
    const ability = on[type] as Partial<AnyActivityRef> | undefined
    if (ability?.logic === undefined)
      throw new OptionError(`on.${type}`, 'an activity of flock.activities(url)', ability)
  }
  // Handles keep their logic in a form of their own, which holds over versions of XState.
  const actors = Object.fromEntries(
    Object.entries(on).map(([type, ref]) => [type, ref.logic as unknown as PromiseActorLogic<unknown>]),
  )
  const { assign, createMachine, emit } = setup({
    types: {} as { context: Context; events: Job; emitted: Reply },
    actors,
  })
  const start = (type: string) => ({
    target: `working.${stateOf(type)}`,
    actions: assign({ job: ({ event }) => ({ type: event.type, input: event.input, ...askedBy(event) }) }),
  })
  const end = (answer: (job: Job, event: never) => Reply) => ({
    target: '#skein-agent.idle',
    actions: [
      emit(({ context, event }) => answer(context.job as Job, event as never)),
      assign({ job: () => undefined }),
    ],
  })
  const work = (type: string) => ({
    invoke: {
      src: type,
      input: ({ context }: { context: Context }) => context.job?.input,
      onDone: end((job, { output }: { output: unknown }) => reply(job, output)),
      onError: end((job, { error }: { error: unknown }) => refuse(job, error)),
    },
  })
  const logic = createMachine({
    id: 'skein-agent',
    context: { job: undefined },
    initial: 'idle',
    states: {
      idle: { on: Object.fromEntries(types.map((type) => [type, start(type)])) },
      working: {
        initial: stateOf(types[0] as string),
        // XState's types can't describe states that are made from data.
        states: Object.fromEntries(types.map((type) => [stateOf(type), work(type)])) as never,
      },
    },
  })
  return machineDefinition(role, logic)
}

/**
 * The state in which it works on messages of a type. It is named after the type, since the place of the type among the
 * others may change while an agent is saved; characters are escaped that have a meaning in paths of states.
 */
function stateOf(type: string): string {
  return type.replaceAll(/[%.#\\]|^_(?=_proto__$)/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
}

function askedBy(event: Job): { ask?: string } {
  const ask = askOf(event)
  return ask === undefined ? {} : { ask }
}
