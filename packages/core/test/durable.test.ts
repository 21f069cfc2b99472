import { agent, behavior, createFlock, durable, escalate, reply, tell } from '@skein/core'
import type { Flock, FlockEvent, Message, Question, Reply } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assign, createMachine, emit, fromPromise, setup } from 'xstate'

import { nextEvent } from './open-flock.ts'

type Activities = typeof import('./fixtures/activities.ts')
const activitiesUrl = new URL('./fixtures/activities.ts', import.meta.url)

const openShared = async (): Promise<Memory> => {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  return memory
}

/** A process: a flock on the memory, closed at the latest when the test ends. */
const openProcess = async (memory: Memory): Promise<{ flock: Flock; events: FlockEvent[] }> => {
  const flock = await createFlock({ memory, threads: 1 })
  const events: FlockEvent[] = []
  flock.on((event) => events.push(event))
  onTestFinished(() => flock.close())
  return { flock, events }
}

/** Two steps of work, one after the other, each once. */
const pipeline = (flock: Flock) => {
  const { countIn, untilAborted } = flock.activities<Activities>(activitiesUrl)
  const machine = setup({
    types: {} as { context: { key: string; first: number | undefined }; input: { key: string } },
    actors: { count: countIn.logic, wait: untilAborted.logic },
  }).createMachine({
    context: ({ input }) => ({ key: input.key, first: undefined }),
    initial: 'counting',
    states: {
      counting: {
        invoke: {
          src: 'count',
          input: ({ context }) => context.key,
          onDone: { target: 'waiting', actions: assign({ first: ({ event }) => event.output }) },
        },
      },
      waiting: { invoke: { src: 'wait', input: null } },
    },
  })
  return durable(machine, { name: 'pipeline' })
}

describe('a durable agent', () => {
  it('continues where it was, and does not repeat finished work', async () => {
    const memory = await openShared()
    const first = await openProcess(memory)
    const progress = nextEvent(first.flock, 'activity.progress')
    await first.flock.spawnDurable(pipeline(first.flock), { id: 'p1', role: 'worker', input: { key: 'runs' } })
    await progress
    await first.flock.close()

    const second = await openProcess(memory)
    const begun = nextEvent(second.flock, 'activity.progress')
    const { resumed, refused } = await second.flock.resume([pipeline(second.flock)])
    expect(refused).toEqual([])
    expect(resumed.map(({ id, role }) => [id, role])).toEqual([['p1', 'worker']])
    await begun
    expect(resumed[0]?.snapshot).toMatchObject({ value: 'waiting', context: { first: 1 } })
    expect(await memory.as({ id: 'a', role: 'r' }).facts.get('runs')).toBe(1)
  })

  it('finds the result of work that ended while it did not run', async () => {
    const memory = await openShared()
    const first = await openProcess(memory)
    const { slowCount } = first.flock.activities<Activities>(activitiesUrl)
    const machine = (logic: typeof slowCount.logic) =>
      durable(
        setup({ actors: { count: logic } }).createMachine({
          initial: 'a',
          states: { a: { invoke: { src: 'count', input: 'runs', onDone: 'b' } }, b: { type: 'final' } },
        }),
        { name: 'one' },
      )
    const done = nextEvent(first.flock, 'activity.done')
    const ref = await first.flock.spawnDurable(machine(slowCount.logic), { id: 'o' })
    await done
    // The result is stored with the work; the state that follows from it is not: the agent is gone before.
    ref.stop()
    await first.flock.close()
    const second = await openProcess(memory)
    const again = second.flock.activities<Activities>(activitiesUrl).slowCount.logic
    const { resumed } = await second.flock.resume([machine(again)])
    await resumed[0]?.done
    expect(await memory.as({ id: 'a', role: 'r' }).facts.get('runs')).toBe(1)
  })

  it('keeps its timers', async () => {
    const memory = await openShared()
    const clock = durable(
      setup({}).createMachine({
        initial: 'sleeping',
        states: { sleeping: { after: { 60_000: 'awake', 300: 'dozing' } }, dozing: { type: 'final' }, awake: {} },
      }),
      { name: 'clock' },
    )
    const first = await openProcess(memory)
    await first.flock.spawnDurable(clock, { id: 'c' })
    await first.flock.close()
    const second = await openProcess(memory)
    const { resumed } = await second.flock.resume([clock])
    await resumed[0]?.done
    expect(resumed[0]?.snapshot).toMatchObject({ value: 'dozing' })
  })

  it('takes mail that arrived while it did not run, in order and once', async () => {
    const memory = await openShared()
    const list = durable(
      behavior({
        role: 'list',
        initial: [] as readonly number[],
        receive: (all, { n }: { type: 'add'; n: number }) => [...all, n],
      }),
      { name: 'list', mailbox: 'durable' },
    )
    const first = await openProcess(memory)
    const ref = await first.flock.spawnDurable(list, { id: 'l' })
    await ref.post({ type: 'add', n: 1 })
    await first.flock.close()
    const away = await openProcess(memory)
    for (const n of [2, 3, 4]) await away.flock.post('l', { type: 'add', n } as never)
    const { resumed } = await away.flock.resume([list])
    await away.flock.close()
    const second = await openProcess(memory)
    const [again] = (await second.flock.resume([list])).resumed
    expect(resumed).toHaveLength(1)
    expect(again?.snapshot).toMatchObject({ context: [1, 2, 3, 4] })
    expect(await memory.as({ id: 'l', role: 'list' }).agents.mail()).toEqual([])
  })

  it('takes mail from other processes at once', async () => {
    const memory = await openShared()
    const echo = setup({
      types: {} as { events: Question<'say', string, string>; emitted: Reply },
    }).createMachine({
      on: { say: { actions: emit(({ event }) => reply(event, event.input)) } },
    })
    const { flock } = await openProcess(memory)
    const other = await openProcess(memory)
    const counter = durable(
      setup({ types: {} as { events: { type: 'stop' } } }).createMachine({
        initial: 'a',
        states: { a: { on: { stop: 'b' } }, b: { type: 'final' } },
      }),
      { name: 'counter', mailbox: 'durable' },
    )
    const ref = await flock.spawnDurable(counter, { id: 'c' })
    const parrot = await flock.spawnDurable(durable(echo, { name: 'echo', mailbox: 'durable' }), { id: 'e' })
    await other.flock.post('c', { type: 'stop' })
    await ref.done
    expect(await parrot.ask({ type: 'say', input: 'hello' })).toBe('hello')
  })

  it('runs nowhere else meanwhile', async () => {
    const memory = await openShared()
    const { flock } = await openProcess(memory)
    const other = await openProcess(memory)
    const idle = durable(setup({}).createMachine({}), { name: 'idle' })
    const ref = await flock.spawnDurable(idle, { id: 'i' })
    await expect(other.flock.spawnDurable(idle, { id: 'i' })).rejects.toMatchObject({ code: 'SKEIN_AGENT_TAKEN' })
    expect(await other.flock.resume([idle])).toEqual({ resumed: [], taken: ['i'], refused: [] })
    const released = ref[Symbol.asyncDispose]()
    await released
    await flock.close()
    expect((await other.flock.resume([idle])).resumed).toHaveLength(1)
  })

  it('that has ended shows how it ended', async () => {
    const memory = await openShared()
    const quick = durable(
      setup({}).createMachine({ initial: 'a', states: { a: { type: 'final' } }, output: { n: 5 } }),
      { name: 'quick' },
    )
    const first = await openProcess(memory)
    expect(await (await first.flock.spawnDurable(quick, { id: 'q' })).done).toEqual({ n: 5 })
    const second = await openProcess(memory)
    const shown = await second.flock.spawnDurable(quick, { id: 'q' })
    expect(await shown.done).toEqual({ n: 5 })
    expect((await second.flock.resume([quick])).resumed).toEqual([])
  })

  it('sends a message together with its new state', async () => {
    const memory = await openShared()
    const { flock } = await openProcess(memory)
    const sender = durable(
      setup({ types: {} as { events: { type: 'go' } } }).createMachine({
        initial: 'a',
        states: {
          a: { on: { go: { target: 'b', actions: tell(() => ({ to: 'receiver', message: { type: 'hello' } })) } } },
          b: { type: 'final' },
        },
      }),
      { name: 'sender', mailbox: 'durable' },
    )
    const ref = await flock.spawnDurable(sender, { id: 's' })
    await ref.post({ type: 'go' })
    await ref.done
    const mail = await memory.as({ id: 'receiver', role: 'r' }).agents.mail()
    expect(mail.map(({ message }) => message)).toEqual([{ type: 'hello' }])
  })

  it('waits for a person across a restart, and continues with the answer', async () => {
    const memory = await openShared()
    const deal = durable(
      setup({
        types: {} as { context: { granted: boolean | undefined } },
        actors: { ask: escalate<{ granted: boolean }>() },
      }).createMachine({
        context: { granted: undefined },
        initial: 'waiting',
        states: {
          waiting: {
            invoke: {
              src: 'ask',
              input: { task: 'deal/7', reason: 'Above my limit.', question: 'Grant 20 %?' },
              onDone: { target: 'decided', actions: assign({ granted: ({ event }) => event.output.granted }) },
            },
          },
          decided: { type: 'final' },
        },
        output: ({ context }) => context.granted,
      }),
      { name: 'deal' },
    )
    const first = await openProcess(memory)
    const opened = nextEvent(first.flock, 'escalation.opened')
    await first.flock.spawnDurable(deal, { id: 'd' })
    await opened
    await first.flock.close()
    const eve = memory.as({ id: 'eve', role: 'support' }).escalations
    const [item] = await eve.list({ state: 'open' })
    await eve.answer(item?.id ?? '', { granted: true })
    const second = await openProcess(memory)
    const { resumed } = await second.flock.resume([deal])
    expect(await resumed[0]?.done).toBe(true)
    expect(await eve.list()).toHaveLength(1)
  })

  it('of another version is migrated, or rejected', async () => {
    const memory = await openShared()
    const machine = (field: string) =>
      setup({ types: {} as { context: Record<string, number> } }).createMachine({ context: { [field]: 7 } })
    const first = await openProcess(memory)
    await first.flock.spawnDurable(durable(machine('old'), { name: 'm' }), { id: 'm1' })
    await first.flock.close()
    const second = await openProcess(memory)
    const { refused } = await second.flock.resume([durable(machine('new'), { name: 'm', version: 2 })])
    expect(refused).toMatchObject([{ id: 'm1', error: { code: 'SKEIN_AGENT_VERSION', saved: 1, present: 2 } }])
    const migrate = (snapshot: { context: { old: number } }) => ({
      ...snapshot,
      context: { new: snapshot.context.old },
    })
    const { resumed } = await second.flock.resume([durable(machine('new'), { name: 'm', version: 2, migrate })])
    expect(resumed[0]?.snapshot).toMatchObject({ context: { new: 7 } })
  })

  it('takes mail for which there was no room once there is', async () => {
    await using memory = await openMemory({ store: mapStore() })
    await using flock = await createFlock({ memory, threads: 1 })
    const numbers = Array.from({ length: 300 }, (_, n) => n)
    for (const n of numbers) await flock.post('list', { type: 'add', n } as Message)
    await flock.post('list', { type: 'end' })
    const list = behavior<readonly number[], { type: 'add'; n: number } | { type: 'end' }>({
      role: 'list',
      initial: [],
      receive: (all, message, { stop }) => {
        if (message.type === 'add') return [...all, message.n]
        stop(all)
        return all
      },
    })
    const definition = durable(list, { name: 'list', mailbox: 'durable' })
    const ref = await flock.spawnDurable(definition, { id: 'list', mailbox: { capacity: 4 } })
    expect(await ref.done).toEqual(numbers)
  })

  it('does not start while its flock closes, and is free for another flock', async () => {
    await using memory = await openMemory({ store: mapStore() })
    const idle = durable(setup({}).createMachine({}), { name: 'idle' })
    const flock = await createFlock({ memory, threads: 1 })
    const starting = flock.spawnDurable(idle, { id: 'i' })
    await flock.close()
    await expect(starting).rejects.toMatchObject({ code: 'SKEIN_FLOCK_CLOSED' })
    await using other = await createFlock({ memory, threads: 1 })
    expect((await other.spawnDurable(idle, { id: 'i' })).snapshot).toMatchObject({ status: 'active' })
  })
})

describe('durable() rejects what could not be restored:', () => {
  it('an actor without a name', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { invoke: { src: fromPromise(async () => 1) } } },
    })
    expect(() => durable(machine, { name: 'x' })).toThrow(/The state "a" starts an actor that has no name.*setup\(/)
  })

  it('a value that JSON does not keep, when it would be stored', async () => {
    const memory = await openShared()
    const { flock, events } = await openProcess(memory)
    const machine = setup({
      types: {} as { context: { at: unknown }; events: { type: 'now' } },
    }).createMachine({
      context: { at: null },
      on: { now: { actions: assign({ at: () => new Map([[1, 2]]) }) } },
    })
    const ref = await flock.spawnDurable(durable(machine, { name: 'x' }), { id: 'x1' })
    ref.send({ type: 'now' })
    await expect(ref.done).rejects.toMatchObject({ code: 'SKEIN_NOT_DURABLE', agent: 'x1' })
    await expect(ref.done).rejects.toThrow('context.at')
    expect(events.some(({ type }) => type === 'agent.failed')).toBe(true)
  })

  it('more messages at once than one atom holds, of which none is sent', async () => {
    const memory = await openShared()
    const { flock } = await openProcess(memory)
    const to = 'nobody-yet'
    const machine = setup({ types: {} as { events: { type: 'go' } } }).createMachine({
      on: { go: { actions: Array.from({ length: 10_001 }, () => tell(() => ({ to, message: { type: 'hello' } }))) } },
    })
    const ref = await flock.spawnDurable(durable(machine, { name: 'x' }), { id: 'x1' })
    ref.send({ type: 'go' })
    await expect(ref.done).rejects.toMatchObject({ code: 'SKEIN_NOT_DURABLE', agent: 'x1' })
    expect(await memory.as({ id: to, role: 'r' }).agents.mail()).toEqual([])
  })

  it('but not an agent made of abilities', async () => {
    const memory = await openShared()
    const { flock } = await openProcess(memory)
    const { double } = flock.activities<Activities>(activitiesUrl)
    const worker = durable(agent({ role: 'worker', on: { double } }), { name: 'worker' })
    const ref = await flock.spawnDurable(worker, { id: 'w' })
    expect(await ref.ask({ type: 'double', input: 4 })).toBe(8)
  })
})
