import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import { midErasure } from '../src/testing/verbs/mid-erasure.ts'

it('an erasure begins anew if the machine has slept before it was in force, for longer than its plan lives', async () => {
  let sleptMs = 0
  const middle = midErasure({ create: () => mapStore({ now: () => Date.now() + sleptMs }) })
  await using memory = await openMemory({ store: await middle.options.create() })
  const ann = memory.as({ id: 'ann', role: 'research' })
  // More than go in one step.
  await Promise.all(Array.from({ length: 101 }, (_, n) => ann.facts.set(`p/${n}`, n, { subject: 'p' })))
  middle.before(async () => {
    sleptMs = 2 * 3_600_000
  })
  expect((await ann.forget({ subject: 'p' }, { reason: 'asked' })).forgotten).toEqual({ facts: 101 })
  expect((await ann.facts.list()).items).toEqual([])
})
