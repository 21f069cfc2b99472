/**
 * What goes wrong with plain XState and piscina, and does not go wrong here.
 * Each test first shows the trap.
 */
import { behavior, createFlock } from '@skein/core'
import { threadExecutor } from '@skein/core/executor'
import type { AgentRef, Message } from '@skein/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createActor, fromPromise, setup } from 'xstate'
import type { AnyActorRef } from 'xstate'

import { silentModel } from './fixtures/silent-model.ts'
import { activitiesOf, nextEvent, openFlock } from './open-flock.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A machine that calls back on each `hop`. */
const hopper = (onHop: () => void) =>
  setup({ types: {} as { events: { type: 'hop' } } }).createMachine({ on: { hop: { actions: onHop } } })

describe('a chain of messages', () => {
  it('overflows the stack of plain XState, and is lost', async () => {
    const hops = 100_000
    let reached = 0
    const errors: unknown[] = []
    const actors: AnyActorRef[] = []
    for (let n = 0; n < hops; n += 1) {
      const actor = createActor(
        hopper(() => {
          reached += 1
          actors[n + 1]?.send({ type: 'hop' })
        }),
      )
      actor.subscribe({ error: (error) => errors.push(error) })
      actors.push(actor.start())
      if (n === 20_000) break
    }
    actors[0]?.send({ type: 'hop' })
    expect(reached).toBeLessThan(20_000)
    expect(errors.some((error) => error instanceof RangeError)).toBe(true)
  })

  it('of 100,000 reaches its end here, and timers fire beside it', async () => {
    const { flock } = await openFlock()
    let left = 100_000
    const ring: AgentRef<{ type: 'hop' }>[] = []
    const hop = hopper(() => {
      left -= 1
      if (left > 0) ring[left % 2]?.send({ type: 'hop' })
    })
    ring.push(flock.spawn(hop), flock.spawn(hop))
    const atTimer = new Promise<number>((resolve) => setTimeout(() => resolve(left), 5))
    ring[0]?.send({ type: 'hop' })
    expect(await atTimer).toBeGreaterThan(0)
    while (left > 0) await turn()
    expect(flock.stats().deadLetters).toBe(0)
  })
})

describe('agents that send to each other for ever', () => {
  it('give the event loop its turn, light ones and askers too', async () => {
    const { flock } = await openFlock()
    let on = true
    let asked = 0
    const refs: AgentRef[] = []
    const player = (other: number) =>
      behavior({
        role: 'player',
        initial: 0,
        receive: (count: number, message: Message, { reply }) => {
          if (message.type === 'ask') reply(message, count)
          else if (on) refs[other]?.send(message)
          return count + 1
        },
      })
    refs.push(flock.spawn(player(1)), flock.spawn(player(0)))
    refs[0]?.send({ type: 'ball' })
    const asking = (async () => {
      while (on) {
        await refs[0]?.ask({ type: 'ask' })
        asked += 1
      }
    })()
    for (let n = 0; n < 20; n += 1) await turn()
    await new Promise((resolve) => setTimeout(resolve, 5))
    on = false
    await asking
    expect(asked).toBeGreaterThan(0)
  })
})

describe('an action that throws', () => {
  const machine = (signals: AbortSignal[]) =>
    setup({
      types: {} as { events: { type: 'break' } },
      actors: {
        wait: fromPromise(({ signal }) => {
          signals.push(signal)
          return new Promise(() => {})
        }),
      },
    }).createMachine({
      invoke: [{ src: 'wait' }, { src: 'wait' }],
      on: {
        break: {
          actions: () => {
            throw new Error('broken')
          },
        },
      },
    })

  it('leaves what plain XState had started running, whatever is done afterwards', () => {
    const signals: AbortSignal[] = []
    const actor = createActor(machine(signals))
    actor.subscribe({ error: () => {} })
    actor.start().send({ type: 'break' })
    actor.stop()
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
  })

  it('aborts all that the agent had started here', async () => {
    const { flock } = await openFlock()
    const signals: AbortSignal[] = []
    const ref = flock.spawn(machine(signals))
    expect(signals).toHaveLength(2)
    ref.send({ type: 'break' })
    await expect(ref.done).rejects.toThrow('broken')
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    ref.stop()
    expect(ref.state).toBe('ended')
  })

  it('does so also where the first action of all throws', async () => {
    const { flock } = await openFlock()
    const signals: AbortSignal[] = []
    const starting = setup({
      actors: {
        wait: fromPromise(({ signal }) => {
          signals.push(signal)
          return new Promise(() => {})
        }),
      },
    }).createMachine({
      invoke: { src: 'wait' },
      initial: 'a',
      states: {
        a: {
          entry: () => {
            throw new Error('first')
          },
        },
      },
    })
    const ref = flock.spawn(starting)
    await expect(ref.done).rejects.toThrow('first')
    expect(signals.every(({ aborted }) => aborted)).toBe(true)
  })
})

describe('a child that fails', () => {
  it('fails its agent, whose other children end', async () => {
    const { flock } = await openFlock()
    const signals: AbortSignal[] = []
    const machine = setup({
      actors: {
        fail: fromPromise(async () => {
          throw new Error('child')
        }),
        wait: fromPromise(({ signal }) => {
          signals.push(signal)
          return new Promise(() => {})
        }),
      },
    }).createMachine({ invoke: [{ src: 'fail' }, { src: 'wait' }] })
    const ref = flock.spawn(machine)
    await expect(ref.done).rejects.toThrow('child')
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })
})

describe('an event that comes before its time', () => {
  const door = setup({ types: {} as { events: { type: 'open' } | { type: 'enter' } } }).createMachine({
    initial: 'closed',
    states: { closed: { on: { open: 'opened' } }, opened: { on: { enter: 'inside' } }, inside: { type: 'final' } },
  })

  it('is lost in plain XState', () => {
    const actor = createActor(door).start()
    actor.send({ type: 'enter' })
    actor.send({ type: 'open' })
    expect(actor.getSnapshot().value).toBe('opened')
  })

  it('waits for it here', async () => {
    const { flock } = await openFlock()
    const ref = flock.spawn(door)
    ref.send({ type: 'enter' })
    ref.send({ type: 'open' })
    await ref.done
    expect(ref.snapshot).toMatchObject({ value: 'inside' })
  })
})

describe('a message to one that has stopped', () => {
  it('vanishes in plain XState; here the sender gets an error, and listeners an event', async () => {
    const { flock, events } = await openFlock()
    const plain = createActor(hopper(() => {})).start()
    plain.stop()
    expect(() => plain.send({ type: 'hop' })).not.toThrow()

    const ref = flock.spawn(hopper(() => {}))
    ref.stop()
    expect(() => ref.send({ type: 'hop' })).toThrow(expect.objectContaining({ code: 'SKEIN_AGENT_STOPPED' }))
    await expect(ref.post({ type: 'hop' })).rejects.toMatchObject({ code: 'SKEIN_AGENT_STOPPED' })
    expect(events.filter(({ type }) => type === 'message.deadLettered')).toHaveLength(2)
  })
})

describe('20,000 agents', () => {
  it('are found by id and role, and end', async () => {
    const { flock } = await openFlock()
    const refs = Array.from({ length: 20_000 }, () => flock.spawn(hopper(() => {})))
    expect(flock.role('agent').agents).toHaveLength(20_000)
    expect(flock.agent('agent-20000')?.id).toBe('agent-20000')
    for (const ref of refs) ref.stop()
    expect(flock.role('agent').agents).toHaveLength(0)
  })
})

describe('a wrong use', () => {
  it('names agent, state and what it takes', async () => {
    const { flock } = await openFlock()
    const ref = flock.spawn(
      setup({ types: {} as { events: { type: 'go' } } }).createMachine({
        initial: 'waiting',
        states: { waiting: { on: { go: 'gone' } }, gone: {} },
      }),
      { id: 'ann' },
    )
    expect(() => ref.send({ type: 'goo' } as never)).toThrow(
      'The agent "ann" takes no message "goo" in any state, including the current one ("waiting"). It takes go.',
    )
  })

  it.each([0, 10_000, 1.5, -1])('of %d threads is refused', async (threads) => {
    const { memory } = await openFlock()
    await expect(createFlock({ memory, threads })).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
  })

  it('of a model that never answers ends in time, and the flock goes on', async () => {
    const { memory } = await openFlock()
    const executor = threadExecutor(memory, silentModel(), { threads: 1, graceMs: 20 })
    const flock = await createFlock({ memory, model: silentModel(), executor })
    onTestFinished(() => flock.close())
    const { askPatiently, double } = activitiesOf(flock)
    const machine = setup({ actors: { ask: askPatiently.logic } }).createMachine({
      initial: 'asking',
      states: { asking: { invoke: { src: 'ask', input: 'A text.' } } },
    })
    const failed = nextEvent(flock, 'agent.failed')
    const ref = flock.spawn(machine, { id: 'ann' })
    await expect(ref.done).rejects.toMatchObject({
      code: 'SKEIN_ACTIVITY_TIMEOUT',
      activity: 'askPatiently',
      agent: 'ann',
      timeoutMs: 50,
    })
    expect(await failed).toMatchObject({ agent: 'ann', state: 'asking' })
    expect(await double(4)).toBe(8)
  })

  it('of an activity fails that agent alone, by name', async () => {
    const { flock, report } = await openFlock()
    const machine = setup({ actors: { echo: report.echo.logic } }).createMachine({
      initial: 'echoing',
      states: { echoing: { invoke: { src: 'echo', input: () => () => {} } } },
    })
    const failed = nextEvent(flock, 'agent.failed')
    const ref = flock.spawn(machine, { id: 'ann' })
    await expect(ref.done).rejects.toMatchObject({ name: 'ValueError' })
    expect(await failed).toMatchObject({ agent: 'ann', state: 'echoing' })
  })
})
