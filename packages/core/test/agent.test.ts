import { agent, reply } from '@skein/core'
import type { Question, Reply } from '@skein/core'
import { describe, expect, it } from 'vitest'
import { assign, emit, setup } from 'xstate'

import { nextEvent, openFlock, settled } from './open-flock.ts'

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

describe('an agent', () => {
  it('runs its activities and answers, one message at a time', async () => {
    const { flock, report } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { double: report.double, fail: report.fail } }))
    const answers = await Promise.all([1, 2, 3].map((input) => worker.ask({ type: 'double', input })))
    expect(answers).toEqual([2, 4, 6])
    await expect(worker.ask({ type: 'fail', input: null })).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
    expect(await worker.ask({ type: 'double', input: 4 })).toBe(8)
  })

  it('runs activities in its own name', async () => {
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

  it('counts in the queues of its flock while messages wait for it', async () => {
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

  it('takes messages outside the stack of the sender, and in order', async () => {
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

  it('that is stopped aborts its work and dead-letters its messages', async () => {
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
    const hasBegun = nextEvent(flock, 'activity.progress')
    const hasEnded = nextEvent(flock, 'activity.done')
    const breaker = flock.spawn(machine)
    await hasBegun
    breaker.send({ type: 'break' })
    await expect(breaker.done).rejects.toThrow('broken')
    await hasEnded
    expect(events.find(({ type }) => type === 'agent.ended')).toMatchObject({ error: { message: 'broken' } })
    expect(() => breaker.send({ type: 'break' })).toThrow('has ended')
    breaker.stop()
  })

  it('can answer from any machine', async () => {
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

  it('resolves to its output when its machine is done', async () => {
    const { flock } = await openFlock()
    const quick = setup({}).createMachine({ initial: 'a', states: { a: { type: 'final' } }, output: 5 })
    expect(await flock.spawn(quick).done).toBe(5)
  })

  it('has an id of its own', async () => {
    const { flock } = await openFlock()
    flock.spawn(door, { id: 'x' })
    expect(() => flock.spawn(door, { id: 'x' })).toThrow('`id`')
  })

  it('rejects a message that it takes in no state, and continues', async () => {
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

  it('emits its start before its end', async () => {
    const { flock, events } = await openFlock()
    await flock.spawn(setup({}).createMachine({ initial: 'a', states: { a: { type: 'final' } } })).done
    expect(events.map(({ type }) => type)).toEqual(['agent.spawned', 'agent.ended'])
    expect(flock.role('agent').agents).toHaveLength(0)
  })
})
