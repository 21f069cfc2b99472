import type { AgentRef } from '@skein/core'
import type { AnyLogic } from '@skein/core/types'
import { describe, expect, it } from 'vitest'
import { and, assign, createMachine, not, stateIn } from 'xstate'

import { openFlock, settled } from './open-flock.ts'

/** What becomes of a message: it is `taken` or `waits`, or it is refused with a code. */
async function sent(logic: AnyLogic, type: string): Promise<string> {
  const { flock } = await openFlock(undefined, { threads: 1 })
  const ref = flock.spawn(logic) as AgentRef
  try {
    ref.send({ type })
  } catch (error) {
    return (error as { code: string }).code
  }
  await settled()
  return ref.load === 0 ? 'taken' : 'waits'
}

const machine = (config: object): AnyLogic => createMachine({ context: { n: 0 }, ...config })
const always = (guard: unknown): AnyLogic =>
  machine({ initial: 'a', states: { a: { always: { guard, target: 'b' }, on: { known: 'b' } }, b: {} } })
const configs: readonly (readonly [string, object, string, string])[] = [
  ['a transition', { on: { FOO: { actions: () => {} } } }, 'FOO', 'taken'],
  ['a forbidden transition', { on: { FOO: {} } }, 'FOO', 'taken'],
  ['a transition that says nothing at all', { on: { FOO: undefined } }, 'FOO', 'taken'],
  ['a forbidden wildcard', { on: { '*': {} } }, 'FOO', 'taken'],
  ['a guard alone, which holds', { on: { FOO: { guard: () => true } } }, 'FOO', 'taken'],
  ['a guard alone, which does not hold', { on: { FOO: { guard: () => false } } }, 'FOO', 'taken'],
  ['a guard that does not hold', { on: { FOO: { guard: () => false, actions: () => {} } } }, 'FOO', 'waits'],
  [
    'guards, of which one would do something',
    { on: { FOO: [{ guard: () => false }, { guard: () => false, actions: () => {} }] } },
    'FOO',
    'waits',
  ],
  ['a transition that enters again', { on: { FOO: { reenter: true } } }, 'FOO', 'taken'],
  ['a partial wildcard, for its beginning', { on: { 'door.*': { actions: () => {} } } }, 'door', 'taken'],
  ['a partial wildcard, for more', { on: { 'door.*': { actions: () => {} } } }, 'door.left.open', 'taken'],
  [
    'a partial wildcard, for another word',
    { on: { 'door.*': { actions: () => {} } } },
    'doors',
    'SKEIN_MESSAGE_UNKNOWN',
  ],
  ['nothing', { on: { BAR: {} } }, 'FOO', 'SKEIN_MESSAGE_UNKNOWN'],
  [
    'a transition of another state',
    { initial: 'a', states: { a: { on: { go: 'b' } }, b: { on: { FOO: {} } } } },
    'FOO',
    'waits',
  ],
]
const readers: readonly (readonly [string, unknown, string])[] = [
  ['reads it', ({ event }: { event: { type: string } }) => event.type === 'FOO', 'taken'],
  ['reads it beside a part of the context', readsBoth, 'taken'],
  ['reads everything', (all: { event: { type: string } }) => all.event.type === 'FOO', 'taken'],
  ['reads it within others', and([not(stateIn('b')), ({ event }) => event.type === 'FOO']), 'taken'],
  ['reads it, and waits for another', ({ event }: { event: { type: string } }) => event.type === 'BAR', 'waits'],
  ['reads the context alone', (args: never) => readsContext(args), 'waits'],
  ['shows that it reads the context alone', readsContext, 'SKEIN_MESSAGE_UNKNOWN'],
  ['asks for a state', stateIn('b'), 'SKEIN_MESSAGE_UNKNOWN'],
]

describe('a message to a machine', () => {
  it.each(configs)('that meets %s', async (_, config, type, expected) => {
    expect(await sent(machine(config), type)).toBe(expected)
  })

  it.each(readers)('that no transition names, to an eventless one whose guard %s', async (_, guard, expected) => {
    expect(await sent(always(guard), 'FOO')).toBe(expected)
  })

  it('is ignored by the state that forbids it, and taken by another afterwards', async () => {
    const { flock } = await openFlock(undefined, { threads: 1 })
    const ref = flock.spawn(
      createMachine({
        context: { n: 0 },
        initial: 'locked',
        on: { push: { actions: assign({ n: ({ context: { n } }) => n + 1 }) } },
        states: { locked: { on: { push: {}, unlock: 'open' } }, open: {} },
      }),
    )
    for (const type of ['push', 'push', 'unlock', 'push']) ref.send({ type })
    await settled()
    expect(ref.snapshot.context).toEqual({ n: 1 })
    expect(ref.load).toBe(0)
  })
})

function readsBoth({ context: { n }, event }: { context: { n: number }; event: { type: string } }): boolean {
  return n === 0 && event.type === 'FOO'
}

function readsContext({ context: { n } }: { context: { n: number } }): boolean {
  return n > 0
}
