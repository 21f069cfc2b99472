import { mapStore, openMemory } from '@skein/memory'
import type { Store, StoreDriver } from '@skein/memory/store'
import { expect, it } from 'vitest'

import { forward } from '../src/store/forward.ts'
import { midErasure } from '../src/testing/verbs/mid-erasure.ts'

it('an erasure begins anew if the machine has slept before it was in force, and others have removed its plan', async () => {
  let sleptMs = 0
  const middle = midErasure({ create: () => mapStore({ now: () => Date.now() + sleptMs }) })
  await using memory = await openMemory({ store: await middle.options.create() })
  const ann = memory.as({ id: 'ann', role: 'research' })
  // More than go in one step.
  await Promise.all(Array.from({ length: 101 }, (_, n) => ann.facts.set(`p/${n}`, n, { subject: 'p' })))
  middle.before(async () => {
    sleptMs = 2 * 3_600_000
    await memory.sweep()
  })
  expect((await ann.forget({ subject: 'p' }, { reason: 'asked' })).forgotten).toEqual({ facts: 101 })
  expect((await ann.facts.list()).items).toEqual([])
})

it('the audit has an entry for what goes because somebody needs its name, before its turn has come', async () => {
  const driver = mapStore()
  let write: (() => Promise<unknown>) | undefined
  const waiting = (store: Store): Store => ({
    ...forward(store),
    write: async (batch) => {
      const first = batch[0]?.type === 'delete' ? write : undefined
      if (first) write = undefined
      await first?.()
      return store.write(batch)
    },
    objects: store.objects,
  })
  const open: StoreDriver['open'] = async (space, role) => waiting(await driver.open(space, role))
  await using memory = await openMemory({ store: { open, spaces: () => driver.spaces() } })
  const ann = memory.as({ id: 'ann', role: 'research', rights: ['audit'] })
  const keys = Array.from({ length: 101 }, (_, n) => `p/${n}`)
  for (const key of keys) await ann.facts.set(key, 'old', { subject: 'p' })
  write = () => ann.facts.set('p/100', 'new')
  expect((await ann.forget({ subject: 'p' }, { reason: 'asked' })).forgotten).toEqual({ facts: 101 })
  expect(await ann.facts.get('p/100')).toBe('new')
  const entries = await Array.fromAsync(ann.audit.entries({ action: 'erase' }))
  expect(entries.map(({ id }) => id).toSorted()).toEqual(keys.toSorted())
})
