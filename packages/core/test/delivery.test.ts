import { agent, behavior } from '@skein/core'
import type { AgentEndedEvent, AgentRef, Message, Question } from '@skein/core'
import type { QuestionsFor } from '@skein/core/types'
import { deadLetters, probe, stepScheduler, virtualClock } from '@skein/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assign, setup } from 'xstate'

import { Mailbox } from '../src/messages/mailbox.ts'
import { heard, openFlock, settled } from './open-flock.ts'

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

describe('a light agent', () => {
  it('makes its next state of each message, and answers', async () => {
    const { flock } = await openFlock()
    const ref = flock.spawn(sum)
    ref.send({ type: 'add', by: 2 })
    ref.send({ type: 'add', by: 3 })
    expect(await ref.ask({ type: 'read' })).toBe(5)
    expect(ref.snapshot).toEqual({ status: 'active', context: 5 })
  })

  it('ends when it says so, and begins with its input', async () => {
    const { flock } = await openFlock()
    const countdown = behavior({
      role: 'countdown',
      initial: (input) => input as number,
      receive: (left: number, _: { type: 'tick' }, { stop }) => {
        if (left === 1) stop('liftoff')
        return left - 1
      },
    })
    const ref = flock.spawn(countdown, { input: 2 })
    ref.send({ type: 'tick' })
    ref.send({ type: 'tick' })
    ref.send({ type: 'tick' })
    expect(await ref.done).toBe('liftoff')
  })

  it('that throws ends alone, and its signals abort', async () => {
    const { flock } = await openFlock()
    const bad = behavior({
      role: 'bad',
      initial: 0,
      receive: (): number => {
        throw new Error('bad')
      },
    })
    const ref = flock.spawn(bad)
    const asked = ref.ask({ type: 'x' } as Message)
    await expect(asked).rejects.toThrow('bad')
    await expect(ref.done).rejects.toThrow('bad')
  })
})

describe('a mailbox', () => {
  it('that is full makes who posts wait, in order; who sends is refused', async () => {
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

  it('lets waiting senders in as it empties', async () => {
    const { flock } = await openFlock()
    const ref = flock.spawn(sum, { mailbox: { capacity: 1, overflow: 'wait' } })
    await Promise.all(Array.from({ length: 50 }, () => ref.post({ type: 'add', by: 1 })))
    expect(await ref.ask({ type: 'read' })).toBe(50)
  })

  it('keeps the order of what can be taken, whatever steps aside', () => {
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
})

describe('questions', () => {
  it('end in time, all that are due together', async () => {
    const clock = virtualClock()
    const { flock } = await openFlock(undefined, { threads: 1 }, { clock })
    const ref = flock.spawn(gate)
    const outcomes: string[] = []
    const ask = (timeoutMs: number): void => {
      const asked = ref.ask({ type: 'enter' }, { timeoutMs })
      asked.catch((error: { code: string; timeoutMs: number }) => outcomes.push(`${error.code} ${error.timeoutMs}`))
    }
    for (const ms of [10, 1_000, 1_000, 60_000]) ask(ms)
    // Up to 1/64 of its length late, and two milliseconds.
    await clock.advance(12)
    expect(outcomes).toEqual(['SKEIN_ASK_TIMEOUT 10'])
    await clock.advance(986)
    expect(outcomes).toHaveLength(1)
    await clock.advance(20)
    expect(outcomes).toHaveLength(3)
    await clock.advance(60_000)
    expect(outcomes).toHaveLength(4)
    await expect(ref.ask({ type: 'enter' }, { timeoutMs: 0 })).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
  })

  it('are answered when the machine forwards them to another agent', async () => {
    const { flock } = await openFlock()
    const worker = flock.spawn(sum)
    const front = flock.spawn(
      behavior({
        role: 'front',
        initial: null,
        receive: (state: null, message: Sum) => {
          worker.send(message)
          return state
        },
      }),
    )
    front.send({ type: 'add', by: 7 })
    expect(await front.ask({ type: 'read' })).toBe(7)
  })
})

describe('a role', () => {
  it('goes round, by load, or by key', async () => {
    const { flock } = await openFlock()
    const probes = [1, 2, 3].map((n) => probe(flock, { id: `p${n}`, role: 'reader' }))
    const round = flock.role('reader', { route: 'round-robin' })
    for (let n = 0; n < 6; n += 1) round.send({ type: `m${n}` })
    await settled()
    expect(probes.map(({ messages }) => messages.length)).toEqual([2, 2, 2])

    type Keyed = Message & { readonly key: string }
    const keyed = flock.role<Keyed>('reader', { route: ({ key }) => key })
    for (let n = 0; n < 300; n += 1) keyed.send({ type: 'k', key: `key ${n % 30}` })
    await settled()
    const keysOf = (messages: readonly Message[]): Set<string> =>
      new Set(messages.flatMap((message) => ('key' in message ? [message.key as string] : [])))
    const keys = probes.map(({ messages }) => keysOf(messages))
    expect(keys.reduce((all, { size }) => all + size, 0)).toBe(30)
    expect(keys.every(({ size }) => size > 0)).toBe(true)

    // When one goes, only its keys move.
    const before = keysOf(probes[0]?.messages ?? [])
    probes[2]?.ref.stop()
    for (let n = 0; n < 30; n += 1) keyed.send({ type: 'k', key: `key ${n}` })
    await settled()
    const after = keysOf(probes[0]?.messages ?? [])
    expect([...before].every((key) => after.has(key))).toBe(true)
    expect(() => flock.role('reader', { route: 'random' as never })).toThrow('`route`')
  })

  it('is published to as a whole; so is the flock, to those that take it', async () => {
    const { flock, report } = await openFlock()
    const probes = [1, 2].map((n) => probe(flock, { id: `p${n}`, role: 'reader' }))
    const double = agent({ role: 'worker', on: { double: report.double } })
    flock.spawn(double)
    flock.spawn(gate)
    expect(flock.role('reader').publish({ type: 'news' })).toBe(2)
    expect(flock.publish({ type: 'go' })).toBe(3)
    await settled()
    expect(probes.map(({ messages }) => messages.map(({ type }) => type))).toEqual([
      ['news', 'go'],
      ['news', 'go'],
    ])
    expect(flock.publish({ type: 'double', input: 1 } as Message)).toBe(3)
    type Doubles = QuestionsFor<{ double: typeof report.double }>
    expect(await flock.role<Doubles>('worker').ask({ type: 'double', input: 21 })).toBe(42)
  })

  it('tells of what an agent refuses', async () => {
    const { flock } = await openFlock()
    const letters = deadLetters(flock)
    letters.expectNone()
    flock.spawn(gate, { mailbox: { capacity: 1 } })
    flock.publish({ type: 'enter' })
    expect(flock.publish({ type: 'enter' })).toBe(0)
    expect(() => letters.expectNone()).toThrow('agent-1: {"type":"enter"} (refused)')
  })
})

describe('a watcher', () => {
  it('is told when the other one ends, before all else', async () => {
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
    // One that has ended already is told of at once.
    watcher.ref.watch(one)
    expect(await watcher.next()).toMatchObject({ agent: 'one' })
    expect(() => flock.spawn(gate).watch(one)).toThrow('"agent.ended"')
  })
})

describe('a virtual clock', () => {
  it('waits for what is to be delivered, however long that takes', async () => {
    const clock = virtualClock()
    const { flock } = await openFlock(undefined, { threads: 1 }, { clock })
    const slow = behavior({
      role: 'slow',
      initial: 0,
      receive: (count: number) => {
        // Longer than the flock keeps its turn of the event loop.
        const end = performance.now() + 6
        while (performance.now() < end);
        return count + 1
      },
    })
    const refs = [1, 2, 3].map(() => flock.spawn(slow))
    for (const ref of refs) for (let n = 0; n < 10; n += 1) ref.send({ type: 'go' })
    await clock.advance(0)
    expect(refs.map(({ snapshot }) => snapshot)).toMatchObject([{ context: 10 }, { context: 10 }, { context: 10 }])
  })

  it('goes on after a while beside agents that never come to rest', async () => {
    const clock = virtualClock()
    const { flock } = await openFlock(undefined, { threads: 1 }, { clock })
    const restless: AgentRef = flock.spawn(
      behavior({
        role: 'restless',
        initial: 0,
        receive: (count: number, message: Message) => {
          restless.send(message)
          return count + 1
        },
      }),
    )
    restless.send({ type: 'go' })
    await clock.advance(10)
    expect(clock.now()).toBe(10)
    expect(restless.snapshot).toMatchObject({ status: 'active' })
    restless.stop()
  })
})

describe('the order of turns', () => {
  it('is repeated by its seed, and differs between seeds', async () => {
    const orderOf = async (seed: number): Promise<string> => {
      const scheduler = stepScheduler(seed)
      const { flock } = await openFlock(undefined, { threads: 1 }, { scheduler })
      const seen: string[] = []
      const echo = behavior({
        role: 'echo',
        initial: null,
        receive: (state: null, message: Message, { id }) => {
          seen.push(id + message.type)
          return state
        },
      })
      for (const id of ['a', 'b', 'c']) {
        const ref = flock.spawn(echo, { id })
        ref.send({ type: '1' })
        ref.send({ type: '2' })
      }
      expect(await scheduler.settle()).toBe(6)
      return seen.join(' ')
    }
    expect(await orderOf(1)).toBe(await orderOf(1))
    const orders = new Set(await Promise.all([1, 2, 3, 4, 5].map(orderOf)))
    expect(orders.size).toBeGreaterThan(1)
    for (const order of orders)
      for (const id of ['a', 'b', 'c']) expect(order.indexOf(`${id}1`)).toBeLessThan(order.indexOf(`${id}2`))
  })
})

describe('draining', () => {
  it('waits until all is done, and says so', async () => {
    const { flock, report } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { nap: report.nap } }))
    const asked = [10, 10].map((input) => worker.ask({ type: 'nap', input }))
    expect(await flock.drain()).toEqual({ isComplete: true, aborted: 0, busy: [] })
    expect(await Promise.all(asked)).toHaveLength(2)
    expect(() => flock.spawn(sum)).toThrow('closed')
  })

  it('aborts what is not done in time, and says what', async () => {
    const { flock, report } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { wait: report.untilAborted } }), { id: 'w' })
    const begun = heard(flock, 'activity.progress')
    const asked = worker.ask({ type: 'wait', input: null })
    const refused = expect(asked).rejects.toMatchObject({ code: 'SKEIN_AGENT_STOPPED' })
    await begun
    const report2 = await flock.drain({ timeoutMs: 1 })
    expect(report2).toEqual({ isComplete: false, aborted: 1, busy: [{ id: 'w', role: 'worker', load: 1 }] })
    await refused
  })
})
