import { durable } from '@skein/core'
import type { View } from '@skein/memory'
import { expect, it } from 'vitest'
import { assign, setup } from 'xstate'

import { openFlock } from './open-flock.ts'

interface Note {
  readonly type: 'note'
  readonly entry?: { readonly id: string; readonly value: unknown }
}

/** An agent that keeps whatever it is told. */
const keeper = (mailbox: 'durable' | 'volatile') =>
  durable(
    setup({ types: {} as { context: { notes: readonly unknown[] }; events: Note } }).createMachine({
      context: { notes: [] },
      on: { note: { actions: assign({ notes: ({ context, event }) => [...context.notes, event.entry] }) } },
    }),
    { name: 'keeper', mailbox },
  )

const because = { reason: 'She asked for it.', derived: 'forget' } as const
const officer = { id: 'olga', role: 'privacy', rights: ['erase'] } as const

async function told(ann: View): Promise<Note> {
  const { id, value } = await ann.observations.log({ value: 'Zoë called', subject: 'person/42' })
  return { type: 'note', entry: { id, value } }
}

it('forgetting ends a running agent whose state names what goes, and it begins anew without it', async () => {
  const { flock, memory } = await openFlock()
  const ref = await flock.spawnDurable(keeper('durable'), { id: 'k', role: 'sales' })
  await ref.post(await told(memory.as({ id: 'ann', role: 'sales' })))
  const view = memory.as({ id: 'k', role: 'sales' })
  await expect.poll(async () => JSON.stringify((await view.agents.load())?.state)).toContain('Zoë')
  const ended = expect(ref.done).rejects.toMatchObject({ code: 'SKEIN_AGENT_FORGOTTEN', agent: 'k' })
  const report = await memory.as(officer).forget({ subject: 'person/42' }, because)
  expect(report.forgotten).toEqual({ observations: 1, agents: 1 })
  await ended
  expect(await view.agents.load()).toBeUndefined()
  const anew = await flock.spawnDurable(keeper('durable'), { id: 'k', role: 'sales', wait: true })
  expect(anew.snapshot).toMatchObject({ context: { notes: [] } })
})

it('an agent does not save a state that goes on from a forgotten one', async () => {
  const { flock, memory } = await openFlock()
  const ref = await flock.spawnDurable(keeper('volatile'), { id: 'k', role: 'sales' })
  ref.send(await told(memory.as({ id: 'ann', role: 'sales' })))
  const view = memory.as({ id: 'k', role: 'sales' })
  await expect.poll(async () => JSON.stringify((await view.agents.load())?.state)).toContain('Zoë')
  const ended = expect(ref.done).rejects.toMatchObject({ code: 'SKEIN_AGENT_FORGOTTEN' })
  await memory.as(officer).forget({ subject: 'person/42' }, because)
  ref.send({ type: 'note' })
  await ended
  expect(await view.agents.load()).toBeUndefined()
})
