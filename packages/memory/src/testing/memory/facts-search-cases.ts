import { describe, expect, it } from 'vitest'

import type { Architecture } from '../../options.ts'
import type { Principal } from '../../values/access.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann, bob } from './principals.ts'

/** Facts are found by the words of their keys and values, in each architecture. */
export function factsSearchCases(options: StoreContractOptions): void {
  describe.each<Architecture>(['hybrid', 'centralized'])('%s', (architecture) => {
    const fresh = freshMemory(options, { architecture })
    const keys = async (text: string, principal: Principal = ann): Promise<string[]> =>
      (await fresh.memory.as(principal).facts.search(text)).map(({ item }) => item.key)

    it('are found by key and value, as they are now, with a snippet', async () => {
      const { facts } = fresh.memory.as(ann)
      await facts.set('prospect/acme', { pricing: ['asks for a discount'] }, { task: 't1' })
      await facts.set('prospect/birdsong', 'pays')
      expect(await keys('acme')).toEqual(['prospect/acme'])
      const [hit] = await facts.search('discounts', { task: 't1' })
      expect(hit).toMatchObject({ item: { key: 'prospect/acme', version: 1, author: 'ann' } })
      expect(hit?.snippet).toContain('asks for a discount')

      await facts.set('prospect/acme', 'left')
      await facts.delete('prospect/birdsong')
      expect([await keys('discount'), await keys('left'), await keys('pays')]).toEqual([[], ['prospect/acme'], []])
    })

    it('are found by nobody who may not read them, and change nobody’s order', async () => {
      const boss = { id: 'boss', role: 'head', clearance: { level: 'confidential' } } as const
      const secret = { sensitivity: 'confidential' } as const
      await fresh.memory.as(ann).facts.set('a', 'duck goose')
      await fresh.memory.as(ann).facts.set('b', 'duck duck')
      const search = () => fresh.memory.as(bob).facts.search('duck goose')
      const before = await search()
      for (let n = 0; n < 20; n += 1) await fresh.memory.as(boss).facts.set(`s${n}`, 'goose', secret)
      expect(await search()).toEqual(before)
      expect(await keys('goose', boss)).toHaveLength(10)
    })

    it('refuse what is no filter', async () => {
      const { facts } = fresh.memory.as(ann)
      await expect(facts.search('x', { limit: 0 })).rejects.toMatchObject({ code: 'SKEIN_OPTION', option: 'limit' })
    })
  })
}
