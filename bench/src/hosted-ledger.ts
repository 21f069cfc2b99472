import { durable, reply } from '@skein/core'
import type { Question } from '@skein/core'
import { assign, emit, setup } from 'xstate'

/** The n-th message of a sender to an agent, from 0. */
export interface Entry {
  readonly type: 'enter'
  readonly from: string
  readonly n: number
}

/** What an agent has heard of one sender. */
export interface Heard {
  /** How many messages in order, so the number of the next one. */
  readonly next: number
  /** Messages that came again. */
  readonly again: number
  /** Messages that came before one that was sent earlier. */
  readonly early: number
}

type Read = Question<'read', undefined, Readonly<Record<string, Heard>>>

/** How long an agent stays with a host that renews nothing, in milliseconds. */
export const leaseMs = 5_000

const nothing: Heard = { next: 0, again: 0, early: 0 }

/** Counts what each sender sent, and what came twice or out of order. */
export const ledger = durable(
  setup({
    types: {} as { context: { heard: Record<string, Heard> }; events: Entry | Read },
  }).createMachine({
    context: { heard: {} },
    on: {
      enter: {
        actions: assign({
          heard: ({ context: { heard }, event: { from, n } }) => {
            return { ...heard, [from]: after(heard[from] ?? nothing, n) }
          },
        }),
      },
      read: { actions: emit(({ context, event }) => reply(event, context.heard)) },
    },
  }),
  { name: 'ledger', mailbox: 'durable', leaseMs },
)

function after({ next, again, early }: Heard, n: number): Heard {
  if (n === next) return { next: next + 1, again, early }
  return n < next ? { next, again: again + 1, early } : { next, again, early: early + 1 }
}
