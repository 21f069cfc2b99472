import { createFlock, durable } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { expect, it, onTestFinished } from 'vitest'
import { createMachine } from 'xstate'

import { Candidates } from '../src/hosting/candidates.ts'

it('an agent that was lost here stays known as lost while it is tried again, and no longer', async () => {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  const flock = await createFlock({ memory })
  onTestFinished(() => flock.close())
  const machine = createMachine({
    id: 'brief',
    on: { end: '.over' },
    initial: 'on',
    states: { on: {}, over: { type: 'final' } },
  })
  const brief = durable(machine, { name: 'brief', mailbox: 'durable' })
  const ann = await flock.spawnDurable(brief, { id: 'ann' })
  await flock.spawnDurable(brief, { id: 'bob' })
  const candidates = new Candidates(memory.as({ id: 'host', role: 'host', rights: ['administer'] }).agents, [
    brief as never,
  ])
  const look = async (...running: readonly string[]): Promise<readonly string[]> => {
    candidates.compare(new Set(running))
    return (await candidates.find()).saved.map(({ id }) => id).toSorted()
  }
  await look('ann', 'bob')
  expect(await look()).toEqual(['ann', 'bob'])
  expect(await look()).toEqual([])
  expect([candidates.wasLost('ann'), candidates.wasLost('bob')]).toEqual([true, true])
  // One of them runs here again, the other one elsewhere.
  await look('ann')
  candidates.settled('bob')
  expect([candidates.wasLost('ann'), candidates.wasLost('bob')]).toEqual([false, false])
  // One that has ended is not lost.
  ann.send({ type: 'end' })
  await ann.done
  expect(await look()).toEqual([])
  expect(candidates.wasLost('ann')).toBe(false)
})
