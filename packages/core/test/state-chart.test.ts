import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { and, assign, createMachine, fromPromise, not, sendTo, setup, spawnChild } from 'xstate'

import { behavior, createFlock } from '../src/index.ts'
import type { AgentRef, Flock, FlockEvent } from '../src/index.ts'
import type { ChartState, FlockEventOf } from '../src/types.ts'
import { virtualClock } from '../src/testing/index.ts'

/** Reads drafts, asks for more or ends: nested and parallel states, guards, a delay, an invoked actor. */
const reviewer = setup({
  types: {} as {
    context: { drafts: number }
    events: { type: 'draft'; text: string } | { type: 'pause' } | { type: 'resume' }
  },
  guards: {
    isLong: ({ event }) => 'text' in event && event.text.length > 5,
    isEnough: ({ context }) => context.drafts > 1,
  },
  actors: { read: fromPromise(async () => 'read') },
}).createMachine({
  id: 'reviewer',
  context: { drafts: 0 },
  initial: 'waiting',
  states: {
    waiting: {
      on: {
        draft: [
          { guard: 'isLong', target: 'reading', actions: assign({ drafts: ({ context }) => context.drafts + 1 }) },
          { guard: and([not('isLong'), ({ event }) => event.type === 'draft']), target: 'waiting' },
        ],
      },
      after: { 1_000: 'done' },
    },
    reading: {
      initial: 'first',
      onDone: 'deciding',
      states: {
        first: { invoke: { src: 'read', onDone: 'second', onError: '#reviewer.waiting' } },
        second: { type: 'final' },
      },
    },
    deciding: { always: [{ guard: 'isEnough', target: 'done' }, { target: 'waiting' }] },
    done: { type: 'final' },
  },
})

let memory: Memory
let flock: Flock
const clock = virtualClock()
beforeEach(async () => {
  memory = await openMemory({ store: mapStore() })
  flock = await createFlock({ memory, clock })
})
afterEach(async () => {
  await flock.close()
  await memory.close()
})

it('shows a machine as plain data, with events, delays, guards and actors in words', () => {
  const chart = flock.spawn(reviewer, { id: 'ann' }).chart as ChartState
  expect(structuredClone(chart)).toEqual(chart)
  expect(chart).toMatchObject({ path: '', name: 'reviewer', type: 'compound', initial: 'waiting' })
  const all = chart.states.flatMap((state) => [state, ...state.states])
  expect(all.map(({ path, type }) => `${path} ${type}`)).toEqual([
    'waiting atomic',
    'reading compound',
    'reading.first atomic',
    'reading.second final',
    'deciding atomic',
    'done final',
  ])
  expect(all.flatMap(({ invokes }) => invokes)).toEqual(['read'])
  const words = all.flatMap(({ transitions }) =>
    transitions.map(({ source, event, guard, targets }) => [source, event, guard, ...targets]),
  )
  expect(words).toEqual([
    ['waiting', 'draft', 'isLong', 'reading'],
    ['waiting', 'draft', 'and(not(isLong), inline)', 'waiting'],
    ['waiting', 'after 1 s', undefined, 'done'],
    ['reading', 'done', undefined, 'deciding'],
    ['reading.first', 'done: read', undefined, 'reading.second'],
    ['reading.first', 'failed: read', undefined, 'waiting'],
    ['deciding', 'always', 'isEnough', 'done'],
    ['deciding', 'always', undefined, 'waiting'],
  ])
})

it('tells each transition with its event and guard, also of agents that were there before', async () => {
  const ann = flock.spawn(reviewer, { id: 'ann' })
  const all: FlockEvent[] = []
  flock.on((event) => all.push(event))
  const moves: FlockEventOf<'agent.moved'>[] = []
  const isBack = new Promise<void>((resolve) =>
    flock.on('agent.moved', (move) => {
      moves.push(move)
      if (move.transitions.some(({ event }) => event === 'always')) resolve()
    }),
  )
  ann.send({ type: 'draft', text: 'long enough' })
  await isBack
  await clock.advance(1_000)
  await ann.done
  expect(moves.map(({ states }) => states.at(-1))).toEqual(['reading.first', 'waiting', 'done'])
  expect(moves.map(({ transitions }) => transitions.map(({ event, guard }) => [event, guard]))).toEqual([
    [['draft', 'isLong']],
    [
      ['done: read', undefined],
      ['done', undefined],
      ['always', undefined],
    ],
    [['after 1 s', undefined]],
  ])
  expect(moves[0]).toMatchObject({ agent: 'ann', role: 'agent', label: { sensitivity: 'public' } })
  expect(ann.states).toEqual(['', 'done'])
  // Listeners to everything are spared what may come with each message.
  expect(all.filter(({ type }) => type === 'agent.moved')).toEqual([])
})

it('tells each transition of the machines within, with the ids that lead to them', async () => {
  const step = setup({ guards: { isBig: ({ event }) => event['size'] === 2 } }).createMachine({
    id: 'step',
    initial: 'first',
    states: { first: { on: { next: { guard: 'isBig', target: 'second' } } }, second: {} },
  })
  const part = setup({ actors: { step } }).createMachine({
    id: 'part',
    initial: 'open',
    states: { open: { after: { 1_000: 'late' } }, late: { entry: sendTo('steps', { type: 'next', size: 2 }) } },
    invoke: { src: 'step', id: 'steps' },
  })
  const whole = setup({ actors: { part } }).createMachine({
    invoke: { src: 'part', id: 'part one' },
    on: { knock: {} },
  })
  const moves: unknown[] = []
  const stop = flock.on('agent.moved', ({ agent, within, states, transitions }) => {
    moves.push([agent, within, states.at(-1), transitions.map(({ event, guard }) => [event, guard])])
  })
  const ann = flock.spawn(whole, { id: 'ann' })
  await clock.advance(1_000)
  expect(moves).toEqual([
    // XState tells that a step has ended after those that it caused.
    ['ann', ['part one', 'steps'], 'second', [['next', 'isBig']]],
    ['ann', ['part one'], 'late', [['after 1 s', undefined]]],
  ])
  ann.send({ type: 'knock' } as never)
  await clock.advance(0)
  expect(moves.slice(2)).toEqual([['ann', undefined, '', [['knock', undefined]]]])
  stop()
  flock.spawn(whole, { id: 'bob' })
  await clock.advance(1_000)
  expect(moves).toHaveLength(3)
})

it('looks at no machine any more when nobody listens', async () => {
  const door = flock.spawn(createMachine({ id: 'door', on: { knock: {} } }), { id: 'door' })
  const moves: string[] = []
  const stop = flock.on('agent.moved', ({ transitions: [first] }) => moves.push(first?.event ?? ''))
  await door.post({ type: 'knock' })
  await flock.agent('door')?.post({ type: 'knock' })
  while (door.load > 0) await new Promise(setImmediate)
  stop()
  door.send({ type: 'knock' })
  while (door.load > 0) await new Promise(setImmediate)
  expect(moves).toEqual(['knock', 'knock'])
})

it('shows parallel states, and no chart of an agent without a machine', () => {
  const both = createMachine({ id: 'both', type: 'parallel', states: { left: {}, right: {} } })
  const two = flock.spawn(both, { id: 'two' })
  expect(two.chart).toMatchObject({ type: 'parallel', states: [{ path: 'left' }, { path: 'right' }] })
  expect(two.states).toEqual(['', 'left', 'right'])
  const light = flock.spawn(behavior({ role: 'light', initial: 0, receive: (n) => n }))
  expect([light.chart, light.states]).toEqual([undefined, []])
})

it('shows the machines within, invoked and spawned, as they are now', async () => {
  const step = createMachine({
    id: 'step',
    initial: 'first',
    states: { first: { on: { next: 'second' } }, second: {} },
  })
  const part = setup({ actors: { step } }).createMachine({
    id: 'part',
    initial: 'open',
    states: { open: { invoke: { src: 'step', id: 'steps' } } },
  })
  const whole = setup({ actors: { part, step, wait: fromPromise(() => new Promise(() => {})) } }).createMachine({
    invoke: [
      { src: 'part', id: 'part one' },
      { src: 'wait', id: 'no machine' },
    ],
    entry: spawnChild('step', { id: 'spawned' }),
    on: { next: { actions: sendTo('spawned', { type: 'next' }) } },
  })
  const ann = flock.spawn(whole, { id: 'ann' })
  ann.send({ type: 'next' } as never)
  await clock.advance(0)
  const told = (children: AgentRef['children']): unknown =>
    children.map(({ id, name, states, status, children: within }) => [id, name, states, status, told(within)])
  expect(told(ann.children)).toEqual([
    ['spawned', 'step', ['', 'second'], 'active', []],
    ['part one', 'part', ['', 'open'], 'active', [['steps', 'step', ['', 'first'], 'active', []]]],
  ])
})
