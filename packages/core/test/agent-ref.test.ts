import { behavior } from '@skein/core'
import type { AgentEndedEvent, Question } from '@skein/core'
import { probe } from '@skein/core/testing'
import { describe, expect, it } from 'vitest'
import { assign, setup } from 'xstate'

import { openFlock } from './open-flock.ts'

type Sum = { readonly type: 'add'; readonly by: number } | Question<'read', undefined, number>
const sum = behavior({
  role: 'sum',
  initial: 0,
  receive: (total, message: Sum, { reply }) => {
    if (message.type === 'add') return total + message.by
    reply(message, total)
    return total
  },
})

/** Takes `go` only once; then `enter`s. */
const gate = setup({
  types: {} as { context: { entered: number }; events: { type: 'go' } | { type: 'enter' } },
}).createMachine({
  context: { entered: 0 },
  initial: 'shut',
  states: {
    shut: { on: { go: 'open' } },
    open: { on: { enter: { actions: assign({ entered: ({ context }) => context.entered + 1 }) } } },
  },
})

describe('a watcher', () => {
  it('gets the end of the other agent before all other messages', async () => {
    const { flock } = await openFlock()
    const watcher = probe(flock)
    const [one, two] = [flock.spawn(sum, { id: 'one' }), flock.spawn(sum, { id: 'two' })]
    watcher.ref.watch(one)
    const stopWatching = watcher.ref.watch(two)
    stopWatching()
    watcher.ref.send({ type: 'later' })
    two.stop()
    one.stop()
    expect(await watcher.next()).toEqual({ type: 'agent.ended', agent: 'one', role: 'sum' } satisfies AgentEndedEvent)
    expect(await watcher.next()).toEqual({ type: 'later' })
    // At once when the other agent has already ended.
    watcher.ref.watch(one)
    expect(await watcher.next()).toMatchObject({ agent: 'one' })
    expect(() => flock.spawn(gate).watch(one)).toThrow('"agent.ended"')
  })
})
