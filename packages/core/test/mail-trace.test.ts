import { SpanKind } from '@opentelemetry/api'
import { behavior, createFlock, durable, reply, tell } from '@skein/core'
import type { Flock, Question } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { openTelemetry } from '@skein/memory/telemetry'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { assign, emit, setup } from 'xstate'

import { nextEvent } from './open-flock.ts'
import { forgetSpans, spansNamed, tree } from './telemetry-sdk.ts'

beforeEach(forgetSpans)

type Activities = typeof import('./fixtures/traced-activities.ts')
const activities = new URL('./fixtures/traced-activities.ts', import.meta.url)

type Square = { readonly type: 'square'; readonly n: number }
type Total = Question<'total', undefined, number>

/** Squares a number, and tells the boss. */
const clerk = (flock: Flock) =>
  durable(
    setup({
      types: {} as { context: { n: number }; events: Square | Total },
      actors: { square: flock.activities<Activities>(activities).square.logic },
    }).createMachine({
      context: { n: 0 },
      initial: 'idle',
      states: {
        idle: {
          on: {
            square: { target: 'busy', actions: assign({ n: ({ event }) => event.n }) },
            total: { actions: emit(({ context, event }) => reply(event, context.n)) },
          },
        },
        busy: {
          invoke: {
            src: 'square',
            input: ({ context }) => context.n,
            onDone: {
              target: 'idle',
              actions: [
                assign({ n: ({ event }) => event.output }),
                tell(({ context }) => ({ to: 'boss', message: { type: 'squared', n: context.n } })),
              ],
            },
          },
        },
      },
    }),
    { name: 'clerk', mailbox: 'durable' },
  )

/** Hands numbers to the clerk. */
const boss = durable(
  setup({
    types: {} as { context: { n: number }; events: { type: 'order'; n: number } | { type: 'squared'; n: number } },
  }).createMachine({
    context: { n: 0 },
    on: {
      order: { actions: tell(({ event }) => ({ to: 'clerk', message: { type: 'square', n: event.n } })) },
      squared: { actions: assign({ n: ({ event }) => event.n }) },
    },
  }),
  { name: 'boss', mailbox: 'durable' },
)

/** Works until it is stopped. */
const waiter = (flock: Flock) => {
  const { untilAborted } = flock.activities<typeof import('./fixtures/activities.ts')>(
    new URL('./fixtures/activities.ts', import.meta.url),
  )
  const machine = setup({
    types: {} as { events: { type: 'wait' } },
    actors: { wait: untilAborted.logic },
  }).createMachine({
    initial: 'idle',
    states: { idle: { on: { wait: 'waiting' } }, waiting: { invoke: { src: 'wait', input: null } } },
  })
  return durable(machine, { name: 'waiter', mailbox: 'durable' })
}

/** What a process has: a memory and a flock of its own. */
async function openProcess(store: StoreDriver): Promise<Flock> {
  const memory = await openMemory({ store, telemetry: openTelemetry() })
  const flock = await createFlock({ memory, threads: 1 })
  onTestFinished(async () => {
    await flock.close()
    await memory.close()
  })
  return flock
}

describe('a trace over durable mail', () => {
  it('has what the receiver does because of it, and what it tells in return', async () => {
    const store = mapStore()
    const [here, there] = [await openProcess(store), await openProcess(store)]
    const sender = await here.spawnDurable(boss, { id: 'boss' })
    await there.spawnDurable(clerk(there), { id: 'clerk' })
    await sender.post({ type: 'order', n: 3 })
    await spansNamed('invoke_agent boss', 2)
    await spansNamed('invoke_agent clerk')
    expect(tree()).toEqual([
      'invoke_agent boss',
      '  invoke_agent clerk',
      '    execute_tool square',
      '    invoke_agent boss',
    ])
  })

  it('goes on where the work goes on, in the process that resumes the agent', async () => {
    const store = mapStore()
    const [here, there] = [await openProcess(store), await openProcess(store)]
    const begun = nextEvent(there, 'activity.progress')
    await there.spawnDurable(waiter(there), { id: 'waiter' })
    await here.post('waiter', { type: 'wait' })
    await begun
    await there.close()
    const [first] = await spansNamed('invoke_agent waiter')
    forgetSpans()
    const again = nextEvent(here, 'activity.progress')
    await here.resume([waiter(here)])
    await again
    await here.close()
    const [later] = await spansNamed('execute_tool untilAborted')
    expect(later!.parentSpanContext!.spanId).toBe(first!.spanContext().spanId)
  })

  it('has what a save sends, of each message its own', async () => {
    const here = await openProcess(mapStore())
    const heard = behavior({ role: 'heard', initial: 0, receive: (n: number, { n: more }: Square) => n + more })
    const sender = await here.spawnDurable(boss, { id: 'boss' })
    here.spawn(heard, { id: 'clerk' })
    await sender.post({ type: 'order', n: 1 })
    await sender.post({ type: 'order', n: 2 })
    await spansNamed('invoke_agent heard', 2)
    expect(tree()).toEqual(['invoke_agent boss', '  invoke_agent heard', 'invoke_agent boss', '  invoke_agent heard'])
  })

  it('has what a question from afar begins', async () => {
    const store = mapStore()
    const [here, there] = [await openProcess(store), await openProcess(store)]
    const asked = Promise.withResolvers<number>()
    const asker = behavior({
      role: 'asker',
      initial: 0,
      receive: (n: number, { type }: { readonly type: 'begin' }) => {
        void here.hosted(clerk(here), 'clerk').ask({ type: 'total' }).then(asked.resolve)
        return n + type.length
      },
    })
    await there.spawnDurable(clerk(there), { id: 'clerk' })
    here.spawn(asker).send({ type: 'begin' })
    expect(await asked.promise).toBe(0)
    await spansNamed('invoke_agent clerk')
    expect(tree()).toEqual(['invoke_agent asker', '  invoke_agent clerk'])
    const [taking] = await spansNamed('invoke_agent clerk')
    expect(taking!.kind).toBe(SpanKind.CONSUMER)
    expect(taking!.attributes).toMatchObject({
      'messaging.system': 'skein',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'clerk',
      'messaging.message.id': expect.stringMatching(/^clerk\/./),
    })
    const [asking] = await spansNamed('invoke_agent asker')
    expect(asking!.kind).toBe(SpanKind.INTERNAL)
    expect(asking!.attributes).not.toHaveProperty('messaging.system')
  })
})
