import { agent, behavior, createFlock, escalate, tell } from '@skein/core'
import type { FlockEvent, Question } from '@skein/core'
import type { DeclinedError } from '@skein/core'
import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { canaries, everythingSeenBy, high, low, plantSecrets, secret, textOf, viewMethods } from '@skein/memory/testing'
import type { Planted } from '@skein/memory/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assign, setup } from 'xstate'

import { storeAt } from '../../redis/test/fixtures/open-place.ts'
import { kinds } from '../../redis/test/places.ts'

const fixture = new URL('./fixtures/secret-activities.ts', import.meta.url)
const open = { level: 'confidential', compartments: ['finance'] } as const

describe.each(kinds)('Secrets that activities read, on %s', (_kind, placeOf, missing) => {
  const why = missing ? ` (${missing})` : ''

  const openRun = async () => {
    const place = await placeOf()
    const [memory, other] = await Promise.all([
      openMemory({ store: storeAt(place) }),
      openMemory({ store: storeAt(place) }),
    ])
    const planted = await plantSecrets(memory)
    const flock = await createFlock({ memory, threads: 1 })
    onTestFinished(async () => {
      await flock.close()
      await Promise.all([memory.close(), other.close()])
    })
    const events: FlockEvent[] = []
    flock.on((event) => events.push(event))
    const activities = flock.activities<typeof import('./fixtures/secret-activities.ts')>(fixture)
    return { memory, other, flock, planted, events, activities }
  }
  const seenByLow = async (memory: Memory, planted: Planted): Promise<string> =>
    textOf(await everythingSeenBy(memory.as(low), planted))

  it.skipIf(missing)(`stay secret, whatever method an activity uses to tell${why}`, async () => {
    const { memory, other, planted, activities } = await openRun()
    const names = Object.entries(viewMethods).filter(([, { takes }]) => takes !== 'nothing')
    for (const [name] of names) await activities.attempt({ name, text: canaries.taken, planted }, { as: high })
    for (const each of [memory, other]) expect(await seenByLow(each, planted)).not.toContain(canaries.taken)
    expect(textOf(await everythingSeenBy(other.as(high), planted))).toContain(canaries.taken)
  })

  it.skipIf(missing)(`are not shown to one who is less cleared, whatever method it uses${why}`, async () => {
    const { planted, activities } = await openRun()
    for (const name of Object.keys(viewMethods)) {
      const got = await activities.attempt({ name, text: 'harmless', planted }, { as: low })
      expect({ name, got }).toEqual({ name, got: expect.not.stringContaining(canaries.planted) })
    }
  })

  it.skipIf(missing)(`stay secret when an agent passes them from one activity to another${why}`, async () => {
    const { memory, planted, flock, activities } = await openRun()
    const machine = setup({
      types: {} as { context: { text: string } },
      actors: { read: activities.readFact.logic, write: activities.writeDown.logic },
    }).createMachine({
      context: { text: '' },
      initial: 'reading',
      states: {
        reading: {
          invoke: {
            src: 'read',
            input: planted.fact,
            onDone: { target: 'writing', actions: assign({ text: ({ event }) => event.output ?? '' }) },
          },
        },
        writing: { invoke: { src: 'write', input: ({ context }) => context.text, onDone: 'done' } },
        done: { type: 'final' },
      },
    })
    for (const id of ['first', 'second']) {
      // The second gets the result that the first has computed.
      await flock.spawn(machine, { id, role: 'r', clearance: open }).done
    }
    const { items } = await memory.as(high).observations.list({ author: 'second' })
    expect(items.map(({ value }) => value)).toEqual([canaries.planted])
    expect(await seenByLow(memory, planted)).not.toContain(canaries.planted)
  })

  it.skipIf(missing)(`stay secret in what agents tell, ask and answer${why}`, async () => {
    const { memory, planted, flock, events, activities } = await openRun()
    type Listening = { type: 'hear'; text: string }
    type Reading = Question<'read', string, string | undefined>
    flock.spawn(behavior({ role: 'listener', initial: '', receive: (_, { text }: Listening) => text }), {
      id: 'public-listener',
    })
    const teller = setup({
      types: {} as { context: { text: string } },
      actors: { read: activities.readFact.logic },
    }).createMachine({
      context: { text: '' },
      initial: 'reading',
      states: {
        reading: {
          invoke: {
            src: 'read',
            input: planted.fact,
            onDone: { target: 'done', actions: assign({ text: ({ event }) => event.output ?? '' }) },
          },
        },
        done: {
          type: 'final',
          entry: tell(({ context }) => ({
            to: 'public-listener',
            message: { type: 'hear', text: context.text } as never,
          })),
        },
      },
    })
    const letter = new Promise<FlockEvent>((resolve) => flock.on('message.deadLettered', resolve))
    await flock.spawn(teller, { role: 'r', clearance: open }).done
    expect(await letter).toMatchObject({ agent: 'public-listener', reason: 'refused', label: secret })
    expect(flock.agent('public-listener')?.snapshot).toMatchObject({ context: '' })

    const reader = flock.spawn(agent({ role: 'reader', on: { read: activities.readFact } }), {
      role: 'r',
      clearance: open,
    })
    const { label } = await flock.mapReduce({
      inputs: [planted.fact],
      map: async (key, { scope }) => reader.ask({ type: 'read', input: key } as Reading as never, { scope }),
      reduce: async ([note]) => note as never,
    })
    expect(label).toEqual(secret)
    expect(events.length).toBeGreaterThan(0)
    expect(await seenByLow(memory, planted)).not.toContain(canaries.planted)
  })

  it.skipIf(missing)(`stay secret in errors and progress, which say how sensitive they are${why}`, async () => {
    const { memory, planted, flock, events, activities } = await openRun()
    const machine = setup({
      types: {} as { context: { why: string } },
      actors: { fail: activities.failWith.logic, write: activities.writeDown.logic },
    }).createMachine({
      context: { why: '' },
      initial: 'failing',
      states: {
        failing: {
          invoke: {
            src: 'fail',
            input: planted.fact,
            onError: { target: 'writing', actions: assign({ why: ({ event }) => String(event.error) }) },
          },
        },
        writing: { invoke: { src: 'write', input: ({ context }) => context.why, onDone: 'done' } },
        done: { type: 'final' },
      },
    })
    await flock.spawn(machine, { id: 'failing', role: 'r', clearance: open }).done
    const telling = events.filter((event) =>
      textOf({ ...event, error: String('error' in event && event.error) }).includes(canaries.planted),
    )
    expect(telling.map(({ type }) => type)).toEqual(['activity.progress', 'activity.failed'])
    expect(telling.map((event) => 'label' in event && event.label)).toEqual([secret, secret])
    expect((await memory.as(high).observations.list({ author: 'failing' })).items).toHaveLength(1)
    expect(await seenByLow(memory, planted)).not.toContain(canaries.planted)
  })

  it.skipIf(missing)(`stay secret in what a person answers and in why it is declined${why}`, async () => {
    const { memory, planted, flock, activities } = await openRun()
    const question = { task: 'deal', reason: 'Unsure.', ...secret }
    const machine = setup({
      types: {} as { context: { text: string } },
      actors: { ask: escalate<string>(), write: activities.writeDown.logic },
    }).createMachine({
      context: { text: '' },
      initial: 'asking',
      states: {
        asking: {
          invoke: {
            src: 'ask',
            input: question,
            onDone: { target: 'writing', actions: assign({ text: ({ event }) => event.output }) },
            onError: {
              target: 'writing',
              actions: assign({ text: ({ event }) => (event.error as DeclinedError).message }),
            },
          },
        },
        writing: { invoke: { src: 'write', input: ({ context }) => context.text, onDone: 'done' } },
        done: { type: 'final' },
      },
    })
    const asked = new Promise<FlockEvent>((resolve) => flock.on('escalation.opened', resolve))
    const asking = flock.spawn(machine, { id: 'asking', role: 'r', clearance: open })
    const opened = (await asked) as Extract<FlockEvent, { type: 'escalation.opened' }>
    await memory.as(high).escalations.decline(opened.escalation.id, canaries.planted)
    await asking.done
    const { items } = await memory.as(high).observations.list({ author: 'asking' })
    expect(textOf(items)).toContain(canaries.planted)
    expect(await seenByLow(memory, planted)).not.toContain(canaries.planted)
  })
})
