import { mapStore, openMemory } from '@skein/memory'
import { describeStore } from '@skein/memory/testing'
import { expect, it } from 'vitest'

describeStore('mapStore', { create: () => mapStore(), parts: ['transactions'] })

it('a transaction gives up after a hundred conflicts, with an error that says so', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const [ann, bob] = ['ann', 'bob'].map((id) => memory.as({ id, role: 'test' }))
  let attempts = 0
  const hopeless = ann?.transaction(async ({ facts }) => {
    attempts += 1
    await facts.get('a')
    await bob?.facts.set('a', attempts)
    await facts.set('own', 1)
  })
  await expect(hopeless).rejects.toMatchObject({ code: 'SKEIN_TRANSACTION', reason: 'conflict' })
  expect(attempts).toBe(100)
  expect(await ann?.facts.get('own')).toBeUndefined()
})

it('a transaction that writes one record again and again counts only what it is to write', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'test' })
  const text = 'x'.repeat(1_000_000)
  await ann.transaction(async ({ facts }) => {
    // More than a batch may hold, one after the other.
    for (let index = 0; index < 280; index += 1) await facts.set('a', text + index)
  })
  expect(await ann.facts.get('a')).toHaveLength(text.length + 3)
})
