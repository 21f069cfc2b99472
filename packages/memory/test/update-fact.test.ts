import { mapStore, openMemory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { expect, it } from 'vitest'

import { forward } from '../src/store/forward.ts'

it('tries again with what is there after the pause, however fast others write meanwhile', async () => {
  const shared = mapStore()
  const others = await openMemory({ store: shared })
  const busy = others.as({ id: 'bob', role: 'counter' }).facts
  /** Somebody else writes before each attempt has its answer. */
  let left = 3
  const { descriptor: _, ...local } = shared
  const overtaken: StoreDriver = {
    ...local,
    open: async (space, role) => {
      const store = await shared.open(space, role)
      return {
        ...forward(store),
        write: async (mutations) => {
          if (left === 3) await busy.update<number>('n', (n = 0) => n + 1)
          const results = await store.write(mutations)
          for (; left > 0; left -= 1) await busy.update<number>('n', (n = 0) => n + 1)
          return results
        },
      }
    },
  }
  const memory = await openMemory({ store: overtaken })
  const seen: number[] = []
  await memory.as({ id: 'ann', role: 'counter' }).facts.update<number>('n', (n = 0) => {
    seen.push(n)
    return n + 1
  })
  // One attempt for what it knew, and one for what has become of that.
  expect(seen).toEqual([0, 4])
  expect(await busy.get('n')).toBe(5)
  await memory.close()
  await others.close()
})
