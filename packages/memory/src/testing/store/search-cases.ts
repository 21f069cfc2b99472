import { expect, it } from 'vitest'

import { queryWords } from '../../search/query-words.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, observe } from './fresh-store.ts'

/** Search by terms. */
export function storeSearchCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { write, found } = fresh

  it('finds words by their stem, best match first', async () => {
    await write(observe('a', 'The company raises prices'), observe('b', 'Price lists'), observe('c', 'Nothing here'))
    expect(await found('raised the price')).toEqual(['a', 'b'])
  })

  it.each([undefined, 't'])('counts and ranks only records that pass the filter (task %j)', async (task) => {
    const audience = { level: 'public', compartments: [] } as const
    const words = queryWords('price duck')
    const search = () => fresh.store.search({ collection: 'observations', words, limit: 10, audience, task })
    await write(observe('a', 'price', { task }), observe('b', 'price', { task }), observe('c', 'duck', { task }))
    const before = await search()
    expect(before.records.map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    for (let index = 0; index < 20; index += 1) {
      await write(observe(`s${index}`, 'duck', { task, sensitivity: 'internal' }))
      await write(observe(`x${index}`, 'duck', { task, compartments: ['x'] }))
    }
    expect(await search()).toEqual(before)
  })

  it('finds entries of a task with many records as well as of one with few', async () => {
    for (let from = 0; from < 3_000; from += 1_000) {
      await write(
        ...Array.from({ length: 1_000 }, (_, index) => observe(`m${from + index}`, 'common', { task: 'many' })),
      )
    }
    await write(observe('rare', 'common rarity', { task: 'many' }), observe('other', 'rarity', { task: 'few' }))
    expect(await found('rarity', { task: 'many' })).toEqual(['rare'])
    expect(await found('rarity', { task: 'few' })).toEqual(['other'])
    expect((await found('rarity common', { task: 'many' }))[0]).toBe('rare')
  })

  it('follows rewrites and deletes', async () => {
    await write(observe('a', 'apples'))
    await write(observe('a', 'pears'))
    expect([await found('apples'), await found('pears')]).toEqual([[], ['a']])
    await write({ type: 'delete', key: { collection: 'observations', id: 'a' }, author: 'ann' })
    expect(await found('pears')).toEqual([])
  })

  it.each([
    '',
    ' ',
    '"',
    '* OR',
    'NEAR(',
    'a AND',
    'text:x',
    '-x',
    '^',
    '\0',
    '🦆',
    '\ud800',
    "'",
    '(((',
    'x'.repeat(100_000),
  ])('accepts %j as a query', async (text) => {
    await write(observe('a', 'a duck 🦆 and text'))
    await expect(found(text)).resolves.toBeInstanceOf(Array)
  })
}
