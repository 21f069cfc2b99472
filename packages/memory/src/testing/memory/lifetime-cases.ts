import { describe, expect, it } from 'vitest'

import type { Architecture } from '../../options.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann } from './principals.ts'

/** Opening and closing. In each architecture. */
export function lifetimeCases(options: StoreContractOptions): void {
  describe.each<Architecture>(['hybrid', 'centralized'])('%s', (architecture) => {
    const fresh = freshMemory(options, { architecture })

    it('refuses use after it was closed, and closes twice', async () => {
      const { facts, objects } = fresh.memory.as(ann)
      await facts.set('k', 1)
      await facts.get('k')
      await fresh.memory.close()
      await fresh.memory.close()
      await expect(facts.get('k')).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
      await expect(facts.set('k', 1)).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
      await expect(objects.put('x')).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
      expect(() => fresh.memory.as(ann)).toThrow('closed')
    })
  })
}
