import { agent, reply } from '@skein/core'
import type { AlertEvent, Question, Reply } from '@skein/core'
import type { QuestionsFor } from '@skein/core/types'
import { describe, expect, it } from 'vitest'
import { assign, emit, setup } from 'xstate'

import { openFlock, settled } from './open-flock.ts'

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

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('an agent', () => {
  it('has its work done and answers, one message after the other', async () => {
    const { flock, report } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { double: report.double, fail: report.fail } }))
    const answers = await Promise.all([1, 2, 3].map((input) => worker.ask({ type: 'double', input })))
    expect(answers).toEqual([2, 4, 6])
    await expect(worker.ask({ type: 'fail', input: null })).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
    expect(await worker.ask({ type: 'double', input: 4 })).toBe(8)
  })

  it('works as itself', async () => {
    const { flock, report } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { square: report.sharedSquare } }), { id: 'wanda' })
    await worker.ask({ type: 'square', input: 2 })
    expect((await worker.memory.observations.list()).items).toMatchObject([{ author: 'wanda', value: 2 }])
  })

  it('keeps a message that comes too early until its machine can take it', async () => {
    const { flock } = await openFlock()
    const porter = flock.spawn(door)
    porter.send({ type: 'enter', who: 'ann' })
    await settled()
    expect(porter.snapshot).toMatchObject({ value: 'closed', context: { entered: [] } })
    expect(porter.load).toBe(1)
    // "enter" steps aside for what it waits for.
    porter.send({ type: 'open' })
    await settled()
    expect(porter.snapshot).toMatchObject({ value: 'closed', context: { entered: ['ann'] } })
    expect(porter.load).toBe(0)
  })

  it('is told of by the queues of its flock while messages wait for it', async () => {
    const { flock } = await openFlock()
    const [porter, other] = [flock.spawn(door), flock.spawn(door)]
    porter.send({ type: 'enter', who: 'ann' })
    porter.send({ type: 'enter', who: 'bob' })
    other.send({ type: 'enter', who: 'eve' })
    await settled()
    expect(flock.queues()).toEqual({ messages: 3, activities: 0 })
    porter.send({ type: 'open' })
    await settled()
    expect(flock.queues()).toEqual({ messages: 2, activities: 0 })
    other.stop()
    expect(flock.queues()).toEqual({ messages: 1, activities: 0 })
  })

  it('delivers outside the stack of the sender, and in order', async () => {
    const { flock } = await openFlock()
    const counter = setup({ types: {} as { context: { n: number }; events: { type: 'tick' } } }).createMachine({
      context: { n: 0 },
      on: { tick: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    })
    const agents = flock.spawn(counter)
    agents.send({ type: 'tick' })
    expect(agents.snapshot).toMatchObject({ context: { n: 0 } })
    await settled()
    expect(agents.snapshot).toMatchObject({ context: { n: 1 } })
  })

  it.each([
    ['reject', ['a', 'b'], []],
    ['drop-oldest', ['b', 'c'], ['a']],
    ['drop-newest', ['a', 'b'], ['c']],
  ] as const)('with a full mailbox and %s keeps %j', async (overflow, _kept, dead) => {
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

  it('does not make its asker wait for ever', async () => {
    const { flock, report } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { wait: report.untilAborted } }))
    await expect(worker.ask({ type: 'wait', input: null }, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'SKEIN_ASK_TIMEOUT',
      agent: 'worker-1',
    })
    await expect(
      worker.ask({ type: 'wait', input: null }, { signal: AbortSignal.abort(new Error('no')) }),
    ).rejects.toThrow('no')
  })

  it('that is stopped aborts its work and buries what waits', async () => {
    const { flock, report, events } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { wait: report.untilAborted } }))
    const asked = worker.ask({ type: 'wait', input: null })
    const waiting = worker.ask({ type: 'wait', input: null })
    const done = expect(worker.done).rejects.toMatchObject({ code: 'SKEIN_AGENT_STOPPED' })
    const both = Promise.allSettled([asked, waiting])
    worker.stop()
    worker.stop()
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await done
    expect(() => worker.send({ type: 'wait', input: null })).toThrow('has ended')
    expect(events.filter(({ type }) => type === 'message.deadLettered').length).toBeGreaterThanOrEqual(1)
    expect(flock.role('worker').agents).toHaveLength(0)
  })

  it('whose action throws ends, and so does the work that it had started', async () => {
    const { flock, report, events } = await openFlock()
    const machine = setup({
      types: {} as { events: { type: 'break' } },
      actors: { wait: report.untilAborted.logic },
    }).createMachine({
      invoke: { src: 'wait', input: null },
      on: {
        break: {
          actions: () => {
            throw new Error('broken')
          },
        },
      },
    })
    const heard = (type: string): Promise<void> =>
      new Promise((resolve) => flock.on((event) => event.type === type && resolve()))
    const hasBegun = heard('activity.progress')
    const hasEnded = heard('activity.done')
    const breaker = flock.spawn(machine)
    await hasBegun
    breaker.send({ type: 'break' })
    await expect(breaker.done).rejects.toThrow('broken')
    await hasEnded
    expect(events.find(({ type }) => type === 'agent.ended')).toMatchObject({ error: { message: 'broken' } })
    expect(() => breaker.send({ type: 'break' })).toThrow('has ended')
    breaker.stop()
  })

  it('of any machine can answer', async () => {
    const { flock } = await openFlock()
    const echo = setup({
      types: {} as {
        events: Question<'say', string, string>
        emitted: Reply
      },
    }).createMachine({
      on: {
        say: { actions: emit(({ event }) => reply(event, `${event.input}!`)) },
      },
    })
    const parrot = flock.spawn(echo)
    expect(await parrot.ask({ type: 'say', input: 'hello' })).toBe('hello!')
  })

  it('gives its output when its machine is done', async () => {
    const { flock } = await openFlock()
    const quick = setup({}).createMachine({ initial: 'a', states: { a: { type: 'final' } }, output: 5 })
    expect(await flock.spawn(quick).done).toBe(5)
  })

  it('has an id of its own', async () => {
    const { flock } = await openFlock()
    flock.spawn(door, { id: 'x' })
    expect(() => flock.spawn(door, { id: 'x' })).toThrow('`id`')
  })
})

describe('messages', () => {
  it('run in chains of 100,000 without overflowing the stack or starving timers', async () => {
    const { flock } = await openFlock()
    let left = 100_000
    const hop = setup({ types: {} as { events: { type: 'hop' } } }).createMachine({
      on: {
        hop: {
          actions: () => {
            left -= 1
            if (left > 0) ring[left % 2]?.send({ type: 'hop' })
          },
        },
      },
    })
    const ring = [flock.spawn(hop), flock.spawn(hop)]
    const beforeTimer = new Promise<number>((resolve) => setTimeout(() => resolve(left), 5))
    ring[0]?.send({ type: 'hop' })
    expect(await beforeTimer).toBeGreaterThan(0)
    while (left > 0) await turn()
    expect(left).toBe(0)
  })
})

describe('a role', () => {
  it('gives a message to its least busy agent', async () => {
    const { flock, report } = await openFlock()
    const definition = agent({ role: 'worker', on: { nap: report.nap } })
    flock.spawn(definition)
    flock.spawn(definition)
    const workers = flock.role<QuestionsFor<{ nap: typeof report.nap }>>('worker')
    const naps = Array.from({ length: 4 }, () => workers.ask({ type: 'nap', input: 1 }))
    expect(workers.agents.map((one) => one.load)).toEqual([2, 2])
    await Promise.all(naps)
    await expect(flock.role('nobody').ask({ type: 'x', input: null } as never)).rejects.toThrow('role')
  })
})

describe('an agent that is used wrongly', () => {
  it('refuses a message that it takes in no state, and goes on', async () => {
    const { flock, report } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { 'report.double': report.double } }))
    const typo = { type: 'report.dubble', input: 1 } as never
    await expect(worker.ask(typo)).rejects.toMatchObject({ code: 'SKEIN_MESSAGE_UNKNOWN', type: 'report.dubble' })
    await expect(worker.ask(typo)).rejects.toThrow('It takes report.double.')
    expect(await worker.ask({ type: 'report.double', input: 2 })).toBe(4)
  })

  it('whose guard throws ends alone', async () => {
    const { flock, report } = await openFlock()
    const bad = () => {
      throw new Error('bad guard')
    }
    const machine = setup({ types: {} as { events: { type: 'go' } }, guards: { bad } }).createMachine({
      on: { go: { guard: 'bad', actions: () => {} } },
    })
    const breaker = flock.spawn(machine)
    const worker = flock.spawn(agent({ role: 'worker', on: { double: report.double } }))
    breaker.send({ type: 'go' })
    await expect(breaker.done).rejects.toThrow('bad guard')
    expect(await worker.ask({ type: 'double', input: 2 })).toBe(4)
  })

  it('with a full mailbox refuses the questions that it drops', async () => {
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

  it('passes over questions that nobody waits for any more', async () => {
    const { flock, report, events } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { double: report.double, wait: report.untilAborted } }))
    const stop = new AbortController()
    const first = worker.ask({ type: 'double', input: 1 })
    const givenUp = worker.ask({ type: 'wait', input: null }, { signal: stop.signal })
    stop.abort(new Error('never mind'))
    await expect(givenUp).rejects.toThrow('never mind')
    expect(await first).toBe(2)
    expect(await worker.ask({ type: 'double', input: 2 }, { timeoutMs: 30 * 24 * 3_600_000 })).toBe(4)
    expect(events.filter((event) => event.type === 'message.deadLettered')).toMatchObject([{ reason: 'given up' }])
  })

  it('is announced before it ends', async () => {
    const { flock, events } = await openFlock()
    await flock.spawn(setup({}).createMachine({ initial: 'a', states: { a: { type: 'final' } } })).done
    expect(events.map(({ type }) => type)).toEqual(['agent.spawned', 'agent.ended'])
    expect(flock.role('agent').agents).toHaveLength(0)
  })
})

describe('alerts', () => {
  const listener = setup({
    types: {} as {
      context: { heard: readonly unknown[] }
      events: AlertEvent
      emitted: { type: 'heard'; insight: unknown }
    },
  }).createMachine({
    context: { heard: [] },
    on: {
      alert: {
        actions: [
          assign({ heard: ({ context, event }) => [...context.heard, event.alert.insight] }),
          emit(({ event }) => ({ type: 'heard' as const, insight: event.alert.insight })),
        ],
      },
    },
  })
  const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await holds())) await turn()
  }

  it('come to a machine that takes them: those that waited, then each at once, until it has taken them', async () => {
    const { flock } = await openFlock()
    const sender = flock.memory.as({ id: 'ann', role: 'finance' }).alerts
    await sender.send({ to: ['bob'], insight: 'waited' })
    const bob = flock.spawn(listener, { id: 'bob', role: 'sales' })
    // An agent's handle does not know the context of its machine.
    const heard = (): readonly unknown[] => (bob.snapshot as unknown as { context: { heard: unknown[] } }).context.heard
    await until(() => heard().length === 1)
    await sender.send({ to: [{ role: 'sales' }], insight: 'new' })
    await until(() => heard().length === 2)
    expect(heard()).toEqual(['waited', 'new'])
    await until(async () => (await bob.memory.alerts.pending()).length === 0)
  })

  it('wait for an agent whose machine does not take them', async () => {
    const { flock } = await openFlock()
    const bob = flock.spawn(door, { id: 'bob' })
    await flock.memory.as({ id: 'ann', role: 'finance' }).alerts.send({ to: ['bob'], insight: 'x' })
    await settled()
    expect(await bob.memory.alerts.pending()).toHaveLength(1)
  })
})
