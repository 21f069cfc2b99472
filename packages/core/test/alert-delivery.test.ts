import type { AlertEvent } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { faultyStore } from '@skein/memory/testing'
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

  it('go on reaching a machine after an outage of the store, those of the outage too', async () => {
    const store = mapStore()
    const { driver, faults } = faultyStore(store)
    const { flock, memory } = await openFlock(driver)
    const other = await openMemory({ store })
    const sender = other.as({ id: 'ann', role: 'finance' }).alerts
    const bob = flock.spawn(listener, { id: 'bob', role: 'sales' })
    const heard = (): readonly unknown[] => (bob.snapshot as unknown as { context: { heard: unknown[] } }).context.heard
    await sender.send({ to: ['bob'], insight: 'before' })
    await until(() => heard().length === 1)
    const back = new Promise((resolve) => memory.on('reconnected', resolve))
    const end = faults.outage()
    await sender.send({ to: ['bob'], insight: 'during' })
    await new Promise((resolve) => setTimeout(resolve, 300))
    end()
    await back
    await sender.send({ to: ['bob'], insight: 'after' })
    await until(() => heard().length === 3)
    expect(heard()).toEqual(['before', 'during', 'after'])
    await until(async () => (await bob.memory.alerts.pending()).length === 0)
    await other.close()
  })

  it('reach a machine that takes them: pending ones first, then each at once, until it has taken them', async () => {
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
