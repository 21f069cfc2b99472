import { behavior, createFlock, reply } from '@skein/core'
import type { Flock, Question as Asking, Reply } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { assign, emit, setup } from 'xstate'

import type { Contender } from './question.ts'

/** What counters of all kinds take. */
export type Count = { readonly type: 'add'; readonly by: number } | Asking<'read', undefined, number>

/** A counter as an XState machine: ours and bare XState run the same one. */
export const machine = setup({
  types: {} as { context: { readonly total: number }; events: Count; emitted: Reply },
}).createMachine({
  context: { total: 0 },
  on: {
    add: { actions: assign({ total: ({ context, event }) => context.total + event.by }) },
    read: { actions: emit(({ context, event }) => reply(event, context.total)) },
  },
})

/** The same counter as a light behaviour. */
export const light = behavior({
  role: 'light',
  initial: 0,
  receive: (total: number, message: Count, context): number => {
    if (message.type === 'add') return total + message.by
    context.reply(message, total)
    return total
  },
})

/** A flock on a memory of its own. */
export async function openFlock(): Promise<{ readonly flock: Flock; close(): Promise<void> }> {
  const memory = await openMemory({ store: mapStore() })
  const flock = await createFlock({ memory, threads: 1 })
  return {
    flock,
    close: async () => {
      await flock.close()
      await memory.close()
    },
  }
}

/** Resolves when the event loop has turned. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A target that is a figure and not another contender's time, as a contender. */
export function askedFor(name: string, nanoseconds: number): Contender {
  return { name: `target: ${name}`, tellsFigure: true, check: () => {}, run: () => nanoseconds }
}

/** The value in the middle. */
export function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
