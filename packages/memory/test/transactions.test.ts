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
