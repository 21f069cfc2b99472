import { mapStore, openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { describeStore } from '@skein/memory/testing'
import type { Store } from '@skein/memory/store'
import { describe, expect, it, onTestFinished } from 'vitest'

import { forward } from '../src/store/forward.ts'

describeStore('mapStore', { create: () => mapStore(), parts: ['corrections', 'forgetting'] })

/** More reads than a correction takes. */
const readsAtMost = 12

/** A view of a store that lets something else happen before one of the reads to come. */
async function interrupted(): Promise<{ view: View; beforeRead(index: number, deed: () => Promise<unknown>): void }> {
  let left = -1
  let deed: (() => Promise<unknown>) | undefined
  const wrap = (store: Store): Store => ({
    ...forward(store),
    read: async (keys) => {
      left -= 1
      if (left < 0 && deed) {
        const now = deed
        deed = undefined
        await now()
      }
      return store.read(keys)
    },
    objects: store.objects,
  })
  const { descriptor: _, ...driver } = mapStore()
  const memory = await openMemory({
    store: { ...driver, open: async (space, role) => wrap(await driver.open(space, role)), spaces: driver.spaces },
  })
  onTestFinished(() => memory.close())
  return {
    view: memory.as({ id: 'ann', role: 'test' }),
    beforeRead: (index, next) => {
      left = index
      deed = next
    },
  }
}

const statusOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    () => 'refused',
  )

describe('a correction at any moment of another one', () => {
  it('closes no circle of two records that supersede each other', async () => {
    const { view, beforeRead } = await interrupted()
    const { observations } = view
    for (let index = 0; index < readsAtMost; index += 1) {
      const [a, b] = [await observations.log({ value: 'a' }), await observations.log({ value: 'b' })]
      let other: Promise<string> | undefined
      beforeRead(index, () => (other = statusOf(observations.supersede(b.id, a))))
      const statuses = [await statusOf(observations.supersede(a.id, b)), (await other) ?? 'refused']
      expect(statuses.toSorted()).toEqual(['done', 'refused'])
      expect((await observations.list({ limit: 2 })).items.map(({ id }) => id)).toContain(
        statuses[0] === 'done' ? b.id : a.id,
      )
    }
  })

  it('is not overwritten by a confirmation', async () => {
    const { view, beforeRead } = await interrupted()
    const { observations, corrections } = view
    for (let index = 0; index < readsAtMost; index += 1) {
      const entry = await observations.log({ value: 'a' })
      let retracted: Promise<unknown> | undefined
      beforeRead(index, () => (retracted = observations.retract(entry.id, 'It was wrong.')))
      await statusOf(corrections.confirm(entry))
      await (retracted ?? observations.retract(entry.id, 'It was wrong.'))
      const [found] = (await observations.list({ include: 'all', limit: 1 })).items
      expect(found).toMatchObject({ id: entry.id, correction: { state: 'retracted' } })
    }
  })
})
