import type { AgentDefinition, Host, MakeHost } from '../machine/host.ts'
import type { AnyLogic, LogicEvent, LogicOutput, LogicSnapshot } from '../machine/logic.ts'
import { definitionOf } from '../machine/machine-definition.ts'
import type { Message } from '../messages/message.ts'

/**
 * Makes a definition whose agents fail when they are about to take certain
 * messages, as if one of their actions had thrown.
 *
 * @param errorFor - Returns the error to fail with, if any; `count` is the number of messages that this agent got
 * before, in earlier lives too.
 *
 * @example
 * ```ts
 * import { behavior, createFlock } from '@skein/core'
 * import { withCrashes } from '@skein/core/testing'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const counter = behavior({ role: 'counter', initial: 0, receive: (n: number, _: { type: 'tick' }) => n + 1 })
 * const flaky = withCrashes(counter, (_, count) => (count === 1 ? new Error('injected') : undefined))
 *
 * const memory = await openMemory({ store: mapStore() })
 * const flock = await createFlock({ memory, supervision: { onFailure: 'resume' } })
 * const ref = flock.spawn(flaky)
 * for (let n = 0; n < 3; n += 1) ref.send({ type: 'tick' })
 * while (ref.load > 0) await new Promise((resolve) => setImmediate(resolve))
 * ref.snapshot // => { status: 'active', context: 2 }
 * await flock.close()
 * await memory.close()
 * ```
 */
export function withCrashes<Taken extends Message, Output, Snapshot>(
  definition: AgentDefinition<Taken, Output, Snapshot>,
  errorFor: (message: Message, count: number) => unknown,
): AgentDefinition<Taken, Output, Snapshot>
export function withCrashes<Logic extends AnyLogic>(
  logic: Logic,
  errorFor: (message: Message, count: number) => unknown,
): AgentDefinition<LogicEvent<Logic>, LogicOutput<Logic>, LogicSnapshot<Logic>>
export function withCrashes(
  what: AgentDefinition<never> | AnyLogic,
  errorFor: (message: Message, count: number) => unknown,
): AgentDefinition<never, unknown, unknown> {
  const definition = definitionOf(what)
  const counts = new Map<string, number>()
  const makeHost: MakeHost = (life, start) => {
    const host = definition.makeHost(life, start)
    const { id } = life.owner
    let lastGood: unknown
    return {
      get snapshot() {
        return host.snapshot
      },
      types: host.types,
      takesOthers: host.takesOthers,
      takesAll: host.takesAll,
      canTake: (message) => host.canTake(message),
      start: () => host.start(),
      stop: () => host.stop(),
      save: () => host.save(),
      get lastGood() {
        return host.lastGood ?? lastGood
      },
      take: (message) => {
        const count = counts.get(id) ?? 0
        counts.set(id, count + 1)
        const error = errorFor(message, count)
        if (error === undefined) return host.take(message)
        lastGood = host.save()
        life.failed(error)
      },
    } satisfies Host
  }
  return { ...definition, makeHost }
}
