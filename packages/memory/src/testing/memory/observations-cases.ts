import { describe, expect, it } from 'vitest'

import type { Architecture } from '../../options.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann, bob } from './principals.ts'

/** Observations and decisions: what is logged, listed and found. In each architecture. */
export function observationsCases(options: StoreContractOptions): void {
  describe.each<Architecture>(['hybrid', 'centralized'])('%s', (architecture) => {
    const fresh = freshMemory(options, { architecture })

    it('are listed newest first, page by page, by any mix of filters', async () => {
      const { observations } = fresh.memory.as(ann)
      for (const n of [1, 2, 3]) await observations.log({ task: 't1', value: { n }, tags: ['a'], importance: 0.5 })
      await fresh.memory.as(bob).observations.log({ task: 't1', value: 'by bob' })
      const first = await observations.list({ task: 't1', limit: 3 })
      expect(first.items.map(({ value }) => value)).toEqual(['by bob', { n: 3 }, { n: 2 }])
      const rest = await observations.list({ task: 't1', limit: 3, cursor: first.cursor ?? '' })
      expect(rest).toMatchObject({ items: [{ value: { n: 1 }, author: 'ann', importance: 0.5 }] })
      expect(rest.cursor).toBeUndefined()
      expect((await observations.list({ notAuthor: 'ann' })).items).toHaveLength(1)
      expect((await observations.list({ tags: ['a'], task: 'none' })).items).toEqual([])
    })

    it('are found by words, with the place that matched', async () => {
      const { observations } = fresh.memory.as(ann)
      await observations.log({
        task: 't1',
        value: { title: 'News', body: `${'x '.repeat(200)}Acme raises its prices` },
      })
      await observations.log({ task: 't2', value: 'Acme again' })
      const hits = await observations.search('price rise at Acme', { task: 't1' })
      expect(hits).toHaveLength(1)
      expect(hits[0]?.snippet).toContain('Acme raises its prices')
      expect(hits[0]?.snippet.length).toBeLessThan(180)
    })

    it('keep decisions with their reasons', async () => {
      const { decisions } = fresh.memory.as(ann)
      await decisions.record({ task: 't1', decision: { go: true }, reasoning: 'it pays' })
      expect((await fresh.memory.as(bob).decisions.list({ task: 't1', author: 'ann' })).items).toMatchObject([
        { value: { decision: { go: true }, reasoning: 'it pays' }, author: 'ann' },
      ])
    })

    it.each([
      [{ limit: 0 }, 'limit'],
      [{ limit: 5_000 }, 'limit'],
      [{ cursor: 'x' }, 'cursor'],
      [{ tags: [''] }, 'tags'],
    ])('refuse the filter %j by name', async (filter, option) => {
      await expect(fresh.memory.as(ann).observations.list(filter)).rejects.toMatchObject({
        code: 'SKEIN_OPTION',
        option,
      })
    })
  })
}
