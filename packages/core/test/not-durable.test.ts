import { behavior, createFlock, durable, tell } from '@skein/core'
import type { DurableDefinition, Flock, NotDurableError } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assign, fromPromise, fromTransition, sendTo, setup } from 'xstate'
import type { AnyActorLogic } from 'xstate'

class Order {
  readonly id = 1
}

const circular = (): object => {
  const self: Record<string, unknown> = {}
  self['again'] = [self]
  return self
}

const deep = (levels: number): object => {
  let value: object = {}
  for (let level = 0; level < levels; level += 1) value = { in: value }
  return value
}

const explode = (): never => {
  throw new Error('boom')
}

/** Values that can't be stored, and the end of the path that the error names. */
const values: Readonly<Record<string, readonly [value: () => unknown, path: string]>> = {
  'a circular object': [circular, '.again[0]'],
  'a getter that throws': [() => ({ get when() { return explode() } }), '.when'], // prettier-ignore
  'a proxy that throws': [() => new Proxy({}, { ownKeys: explode }), ''],
  'a proxy that hides': [() => new Proxy({}, { get: explode, ownKeys: explode }), ''],
  'a revoked proxy': [
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
    '',
  ],
  'a toJSON that throws': [() => ({ toJSON: explode }), ''],
  'a BigInt': [() => ({ n: 1n }), '.n'],
  'a function': [() => ({ f: explode }), '.f'],
  'a symbol': [() => [Symbol('s')], '[0]'],
  'an instance of a class': [() => ({ order: new Order() }), '.order'],
  'a Map': [() => new Map(), ''],
  'a Set': [() => [new Set()], '[0]'],
  'a Date': [() => ({ at: new Date() }), '.at'],
  NaN: [() => ({ n: Number.NaN }), '.n'],
  'an error': [() => new Error('no'), ''],
  'too many levels': [() => deep(600), ''],
  'very many levels': [() => deep(50_000), ''],
}

interface Machine {
  readonly context: { readonly kept: unknown }
  readonly events: { readonly type: 'break' | 'note' }
}

let broken: unknown

/** Puts the broken value into its context. */
const keeper = (more: object = {}) =>
  setup({ types: {} as Machine, delays: { long: 3_600_000 } }).createMachine({
    context: { kept: 'fine' },
    on: { break: { actions: assign({ kept: () => broken }) }, note: { actions: () => {} } },
    ...more,
  })

const inner = setup({ types: {} as Machine }).createMachine({
  context: { kept: 'fine' },
  on: { break: { actions: assign({ kept: () => broken }) } },
})

const asking = (logic: AnyActorLogic) =>
  setup({ types: {} as Machine, actors: { inner: logic as typeof inner } }).createMachine({
    context: { kept: 'fine' },
    invoke: { src: 'inner', id: 'inner' },
    on: { break: { actions: sendTo('inner', { type: 'break' }) }, note: { actions: () => {} } },
  })

/** Where a value may be, and the path of it. */
const places: Readonly<Record<string, readonly [definition: () => DurableDefinition<never>, path: string]>> = {
  'its context': [() => durable(keeper(), { name: 'x' }) as DurableDefinition<never>, 'context.kept'],
  'its context, with timers': [
    () => durable(keeper({ after: { long: {} } }), { name: 'x' }) as DurableDefinition<never>,
    'context.kept',
  ],
  'the context of a child': [
    () => durable(asking(inner), { name: 'x' }) as DurableDefinition<never>,
    'children["inner"].snapshot.context.kept',
  ],
  'the state of a child': [
    () => {
      const count = fromTransition(
        (state: object, { type }: { type: string }) => (type === 'break' ? { kept: broken } : state),
        {},
      )
      return durable(asking(count), { name: 'x' }) as DurableDefinition<never>
    },
    'children["inner"].snapshot.context.kept',
  ],
  'the state of a behavior': [
    () =>
      durable(
        behavior({
          role: 'x',
          initial: {},
          receive: (state: object, { type }: Machine['events']) => (type === 'break' ? { kept: broken } : state),
        }),
        { name: 'x' },
      ) as DurableDefinition<never>,
    'state.kept',
  ],
}

const open = async (): Promise<{ memory: Memory; flock: Flock }> => {
  const memory = await openMemory({ store: mapStore() })
  const flock = await createFlock({ memory, threads: 1 })
  onTestFinished(async () => {
    await flock.close()
    await memory.close()
  })
  return { memory, flock }
}

/** How the agent ended, as another process sees it: it is not taken any more. */
async function endElsewhere(memory: Memory, definition: DurableDefinition<never>): Promise<unknown> {
  await using other = await createFlock({ memory, threads: 1 })
  const shown = await other.spawnDurable(definition, { id: 'x1' })
  return shown.done.catch((error: unknown) => error)
}

describe.each(Object.keys(places))(
  'a durable agent with a value that can’t be stored in %s fails, with the place:',
  (place) => {
    it.each(Object.keys(values))('%s', async (name) => {
      const [value, end] = values[name] as (typeof values)[string]
      const [define, path] = places[place] as (typeof places)[string]
      const { memory, flock } = await open()
      const definition = define()
      broken = value()
      const ref = await flock.spawnDurable(definition, { id: 'x1' })
      // The second one comes before the state is saved that the first one left.
      for (const type of ['break', 'note']) ref.send({ type } as never)
      const error = (await ref.done.catch((reason: unknown) => reason)) as NotDurableError
      expect(error).toMatchObject({ code: 'SKEIN_NOT_DURABLE', agent: 'x1' })
      expect(error.path?.startsWith(path)).toBe(true)
      // What is very long is not told whole.
      if (!name.includes('levels')) {
        expect(error.path).toBe(`${path}${end}`)
        expect(error.message).toContain(error.path)
      }
      expect(await endElsewhere(memory, definition)).toMatchObject({ code: 'SKEIN_NOT_DURABLE' })
    })
  },
)

describe('a durable agent', () => {
  it.each(Object.keys(values))('whose output is %s ends with an error that says so, for all who ask', async (name) => {
    const [value, end] = values[name] as (typeof values)[string]
    const { memory, flock } = await open()
    const machine = setup({ types: {} as { events: { type: 'go' } } }).createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { type: 'final' } },
      output: () => ({ kept: value() }),
    })
    const definition = durable(machine, { name: 'x' }) as DurableDefinition<never>
    const ref = await flock.spawnDurable(definition, { id: 'x1' })
    ref.send({ type: 'go' } as never)
    const error = (await ref.done.catch((reason: unknown) => reason)) as NotDurableError
    expect(error).toMatchObject({ code: 'SKEIN_NOT_DURABLE', agent: 'x1' })
    if (!name.includes('levels')) expect(error.path).toBe(`output.kept${end}`)
    expect(await endElsewhere(memory, definition)).toMatchObject({ code: 'SKEIN_NOT_DURABLE' })
  })

  it.each(Object.keys(values))('that fails with %s has failed, for all who ask', async (name) => {
    const [value] = values[name] as (typeof values)[string]
    const { memory, flock } = await open()
    const machine = setup({ types: {} as { events: { type: 'go' } } }).createMachine({
      on: { go: { actions: () => { throw name === 'an error' ? Object.assign(new Error('no'), { cause: circular() }) : value() } } }, // prettier-ignore
    })
    const definition = durable(machine, { name: 'x' }) as DurableDefinition<never>
    const ref = await flock.spawnDurable(definition, { id: 'x1' })
    ref.send({ type: 'go' } as never)
    await expect(ref.done).rejects.toBeDefined()
    expect(await endElsewhere(memory, definition)).toBeInstanceOf(Error)
  })

  it.each(Object.keys(values))('that gets %s from what it invokes fails with the place', async (name) => {
    const [value, end] = values[name] as (typeof values)[string]
    const { memory, flock } = await open()
    const machine = setup({ actors: { get: fromPromise(async () => ({ kept: value() })) } }).createMachine({
      invoke: { src: 'get', id: 'get', onDone: { actions: () => {} } },
    })
    const definition = durable(machine, { name: 'x' }) as DurableDefinition<never>
    const ref = await flock.spawnDurable(definition, { id: 'x1' })
    const error = (await ref.done.catch((reason: unknown) => reason)) as NotDurableError
    expect(error).toMatchObject({ code: 'SKEIN_NOT_DURABLE', agent: 'x1' })
    if (!name.includes('levels')) expect(error.path).toBe(`children["get"].snapshot.output.kept${end}`)
    expect(await endElsewhere(memory, definition)).toMatchObject({ code: 'SKEIN_NOT_DURABLE' })
  })

  it('that sends what can’t be stored fails, and nothing is sent', async () => {
    const { memory, flock } = await open()
    const machine = setup({ types: {} as { events: { type: 'go' } } }).createMachine({
      on: { go: { actions: [
        tell(() => ({ to: 'other', message: { type: 'good' } })),
        tell(() => ({ to: 'other', message: { type: 'bad', self: circular() } as never })),
      ] } }, // prettier-ignore
    })
    const ref = await flock.spawnDurable(durable(machine, { name: 'x' }), { id: 'x1' })
    ref.send({ type: 'go' })
    await expect(ref.done).rejects.toThrow(/The message "bad" that it sends can't be stored/)
    expect(await memory.as({ id: 'other', role: 'r' }).agents.mail()).toEqual([])
  })

  it('that sends more than one atom holds with its end fails, and nothing is sent', async () => {
    const { memory, flock } = await open()
    const to = 'other'
    const actions = Array.from({ length: 10_001 }, () => tell(() => ({ to, message: { type: 'hello' } })))
    const machine = setup({ types: {} as { events: { type: 'go' } } }).createMachine({
      initial: 'a',
      states: { a: { on: { go: { target: 'b', actions } } }, b: { type: 'final' } },
    })
    const definition = durable(machine, { name: 'x' }) as DurableDefinition<never>
    const ref = await flock.spawnDurable(definition, { id: 'x1' })
    ref.send({ type: 'go' } as never)
    await expect(ref.done).rejects.toThrow(/It sends too much at once/)
    expect(await memory.as({ id: to, role: 'r' }).agents.mail()).toEqual([])
    expect(await endElsewhere(memory, definition)).toMatchObject({ code: 'SKEIN_NOT_DURABLE' })
  })

  it('that spawns logic without a name fails, and says so', async () => {
    const { memory, flock } = await open()
    const machine = setup({ types: {} as { context: { child: unknown }; events: { type: 'go' } } }).createMachine({
      context: { child: undefined },
      on: { go: { actions: assign({ child: ({ spawn }) => (spawn as (logic: AnyActorLogic) => unknown)(inner) }) } },
    })
    const definition = durable(machine, { name: 'x' }) as DurableDefinition<never>
    const ref = await flock.spawnDurable(definition, { id: 'x1' })
    ref.send({ type: 'go' } as never)
    await expect(ref.done).rejects.toMatchObject({ code: 'SKEIN_NOT_DURABLE' })
    expect(await endElsewhere(memory, definition)).toMatchObject({ code: 'SKEIN_NOT_DURABLE' })
  })

  it('that is supervised goes on from the last state that could be stored', async () => {
    const { memory } = await open()
    await using flock = await createFlock({ memory, threads: 1, supervision: { onFailure: 'restart', baseDelayMs: 1 } })
    const machine = setup({
      types: {} as { context: { n: number; kept: unknown }; events: { type: 'count' | 'break' } },
      delays: { long: 3_600_000 },
    }).createMachine({
      context: { n: 0, kept: null },
      after: { long: {} },
      on: {
        count: { actions: assign({ n: ({ context }) => context.n + 1 }) },
        break: { actions: assign({ kept: circular }) },
      },
    })
    const restarted = new Promise((resolve) => flock.on('agent.restarted', resolve))
    const ref = await flock.spawnDurable(durable(machine, { name: 'x', mailbox: 'durable' }), { id: 'x1' })
    for (const type of ['count', 'count'] as const) await ref.post({ type })
    while ((ref.snapshot as unknown as { context: { n: number } }).context.n < 2) await new Promise(setImmediate)
    const own = memory.as({ id: 'x1', role: 'x' }).agents
    while ((await own.mail()).length > 0) await new Promise(setImmediate)
    await ref.post({ type: 'break' })
    await restarted
    expect(ref.snapshot).toMatchObject({ context: { n: 2, kept: null } })
  })

  it('that fails before anybody noticed that it can’t be stored does not begin anew', async () => {
    const { memory } = await open()
    await using flock = await createFlock({ memory, threads: 1, supervision: { onFailure: 'restart', baseDelayMs: 1 } })
    const machine = setup({
      types: {} as { context: { n: number; kept: unknown }; events: { type: 'count' | 'break' | 'explode' } },
      delays: { long: 3_600_000 },
    }).createMachine({
      context: { n: 0, kept: null },
      after: { long: {} },
      on: {
        count: { actions: assign({ n: ({ context }) => context.n + 1 }) },
        break: { actions: assign({ kept: circular }) },
        explode: { actions: explode },
      },
    })
    const definition = durable(machine, { name: 'x' })
    const first = await flock.spawnDurable(definition, { id: 'x1' })
    for (const type of ['count', 'count'] as const) first.send({ type })
    while ((first.snapshot as unknown as { context: { n: number } }).context.n < 2) await new Promise(setImmediate)
    await first[Symbol.asyncDispose]()
    const restarted = new Promise((resolve) => flock.on('agent.restarted', resolve))
    const ref = await flock.spawnDurable(definition, { id: 'x1' })
    // One after the other, before anything is saved.
    for (const type of ['break', 'explode'] as const) ref.send({ type })
    await restarted
    expect(ref.snapshot).toMatchObject({ context: { n: 2, kept: null } })
  })

  it('that is stopped where it can’t be stored is free, and goes on from the last state that could', async () => {
    const { memory, flock } = await open()
    broken = circular()
    const definition = durable(keeper(), { name: 'x' }) as DurableDefinition<never>
    const ref = await flock.spawnDurable(definition, { id: 'x1' })
    ref.send({ type: 'break' } as never)
    // Before it is saved.
    flock.on('agent.failed', () => {})
    ref.stop()
    await flock.close()
    await using other = await createFlock({ memory, threads: 1 })
    const { resumed } = await other.resume([definition])
    expect(resumed[0]?.snapshot).toMatchObject({ context: { kept: 'fine' } })
  })
})
