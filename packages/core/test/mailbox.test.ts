import { agent, behavior } from '@skein/core'
import type { Question } from '@skein/core'
import { describe, expect, it } from 'vitest'
import { assign, setup } from 'xstate'
import fc from 'fast-check'

import { openFlock, settled } from './open-flock.ts'
import { Mailbox } from '../src/messages/mailbox.ts'

const door = setup({
  types: {} as { context: { entered: readonly string[] }; events: { type: 'open' } | { type: 'enter'; who: string } },
}).createMachine({
  context: { entered: [] },
  initial: 'closed',
  states: {
    closed: { on: { open: 'opened' } },
    opened: {
      on: {
        enter: {
          target: 'closed',
          actions: assign({ entered: ({ context, event }) => [...context.entered, event.who] }),
        },
      },
    },
  },
})

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

describe('a mailbox', () => {
  it.each([
    ['reject', ['a', 'b'], []],
    ['drop-oldest', ['b', 'c'], ['a']],
    ['drop-newest', ['a', 'b'], ['c']],
  ] as const)('that is full and set to %s keeps %j', async (overflow, _kept, dead) => {
    const { flock, events } = await openFlock()
    const porter = flock.spawn(door, { mailbox: { capacity: 2, overflow } })
    const enter = (who: string): void => porter.send({ type: 'enter', who })
    enter('a')
    enter('b')
    if (overflow === 'reject') expect(() => enter('c')).toThrow('holds 2 messages')
    else enter('c')
    expect(porter.load).toBe(2)
    const lost = events.filter((event) => event.type === 'message.deadLettered')
    expect(lost.map(({ message }) => (message as unknown as { who: string }).who)).toEqual(dead)
    expect(lost.every(({ reason }) => reason === 'overflow')).toBe(true)
  })

  it('that is full makes post wait, in order, and rejects send', async () => {
    const { flock } = await openFlock()
    const ref = flock.spawn(gate, { mailbox: { capacity: 2, overflow: 'wait' } })
    const entered: number[] = []
    const posts = [0, 1, 2, 3].map((n) => ref.post({ type: 'enter' }).then(() => entered.push(n)))
    await settled()
    expect(entered).toEqual([0, 1])
    expect(ref.load).toBe(4)
    expect(() => ref.send({ type: 'enter' })).toThrow('holds 2 messages')
    const stop = new AbortController()
    const givenUp = ref.post({ type: 'enter' }, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(givenUp).rejects.toThrow('enough')
    ref.stop()
    const rest = await Promise.allSettled(posts)
    expect(rest.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected'])
  })

  it('admits waiting senders as it empties', async () => {
    const { flock } = await openFlock()
    const ref = flock.spawn(sum, { mailbox: { capacity: 1, overflow: 'wait' } })
    await Promise.all(Array.from({ length: 50 }, () => ref.post({ type: 'add', by: 1 })))
    expect(await ref.ask({ type: 'read' })).toBe(50)
  })

  it('keeps the order of messages that can be taken, whatever steps aside', () => {
    const message = fc.record({ type: fc.constantFrom('a', 'b', 'c'), n: fc.integer() })
    const step = fc.oneof(
      message.map((put) => ({ put })),
      fc.uniqueArray(fc.constantFrom('a', 'b', 'c')).map((open) => ({ open })),
      fc.constant({ take: true }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const mailbox = new Mailbox<{ type: string; n: number }>(
          { capacity: 1_000, overflow: 'reject' },
          { id: 'a', deadLetter: () => {} },
        )
        // The model: a list, of which the first that can be taken is.
        const model: { type: string; n: number }[] = []
        let open: readonly string[] = []
        for (const one of steps) {
          if ('put' in one) {
            mailbox.put(one.put)
            model.push(one.put)
          } else if ('open' in one) {
            open = one.open
            mailbox.retryAside()
          } else {
            const index = model.findIndex(({ type }) => open.includes(type))
            const expected = index === -1 ? undefined : model.splice(index, 1)[0]
            expect(mailbox.take({ takesAll: false, canTake: ({ type }) => open.includes(type) })).toBe(expected)
          }
        }
        expect(mailbox.all()).toEqual(model)
      }),
    )
  })

  it('that is full fails the questions that it drops', async () => {
    const { flock, report } = await openFlock()
    for (const overflow of ['drop-newest', 'drop-oldest'] as const) {
      const worker = flock.spawn(agent({ role: 'worker', on: { double: report.double } }), {
        mailbox: { capacity: 1, overflow },
      })
      const asked = await Promise.allSettled([1, 2, 3].map((input) => worker.ask({ type: 'double', input })))
      expect(asked.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
      for (const one of asked)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'SKEIN_MAILBOX_FULL' })
    }
  })
})
