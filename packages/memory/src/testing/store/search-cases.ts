import { expect, it } from 'vitest'

import { queryWords } from '../../search/query-words.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import type { MatchPlace, RecordFilter } from '../../store/query.ts'
import { freshStore, observe } from './fresh-store.ts'

/** Search by terms. */
export function storeSearchCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { write } = fresh
  const found = (
    text: string,
    limit?: number | Partial<RecordFilter>,
    filter?: Partial<RecordFilter>,
  ): Promise<string[]> => (typeof limit === 'object' ? fresh.found(text, limit) : fresh.found(text, filter, limit))

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

  it('finds the same best records however many are asked for', async () => {
    await write(...Array.from({ length: 60 }, (_, n) => observe(`o${n}`, `duck ${'and more '.repeat(n + 1)}`)))
    await write(observe('best', 'duck duck duck'), observe('long', `duck ${'goose '.repeat(500)}`))
    const all = await found('duck', 100)
    expect(all).toHaveLength(62)
    expect([all[0], all[1], all.at(-1)]).toEqual(['best', 'o0', 'long'])
    for (const limit of [1, 2, 10, 30]) expect(await found('duck', limit)).toEqual(all.slice(0, limit))
  })

  it.each<Partial<RecordFilter>>([
    {},
    { author: 'bob' },
    { tags: ['x'] },
    { task: 't' },
    { task: 't', notAuthor: 'bob' },
  ])('gives the best page by page, as they stand in one answer (filter %j)', async (filter) => {
    const batch = Array.from({ length: 300 }, (_, n) => {
      const text = `duck ${'duck '.repeat(n % 5)}${n % 3 === 0 ? 'goose' : ''}${' and more'.repeat(n % 7)}`
      const task = n % 2 === 0 ? 't' : undefined
      return observe(`o${n}`, text, { author: n % 4 < 2 ? 'bob' : 'ann', tags: n % 3 > 0 ? ['x'] : [], task })
    })
    await write(...batch)
    const query = { collection: 'observations', words: queryWords('duck goose'), ...filter } as const
    const all = await fresh.store.search({ ...query, limit: 500 })
    expect(all.records.length).toBeGreaterThan(70)
    for (const limit of [1, 3, 40]) {
      let below: MatchPlace | undefined
      const ids: string[] = []
      for (let page = 0; page < 5; page += 1) {
        const { records, scores } = await fresh.store.search({ ...query, limit, below })
        ids.push(...records.map(({ id }) => id))
        for (const [seq, score] of scores) below = { seq, score }
      }
      expect(ids).toEqual(all.records.slice(0, 5 * limit).map(({ id }) => id))
    }
  })

  it('leaves out what stands at given positions, and fills the page with the next best', async () => {
    await write(...Array.from({ length: 60 }, (_, n) => observe(`o${n}`, `duck ${'duck '.repeat(n % 5)}`)))
    await write(observe('late', 'duck '.repeat(9)))
    const query = { collection: 'observations', words: queryWords('duck'), limit: 61 } as const
    const { records } = await fresh.store.search(query)
    const [left, rest] = [records.slice(0, 40), records.slice(40)]
    const except = new Set(left.map(({ seq }) => seq))
    const answer = await fresh.store.search({ ...query, limit: 5, except })
    expect(answer.records.map(({ id }) => id)).toEqual(rest.slice(0, 5).map(({ id }) => id))
    expect((await fresh.store.search({ ...query, except })).records).toEqual(rest)
  })

  it('ranks records that have more of the words first, and newer ones before equal older ones', async () => {
    await write(observe('one', 'duck duck duck duck'), observe('a', 'a duck, a goose'), observe('b', 'a goose, a duck'))
    expect(await found('duck goose')).toEqual(['b', 'a', 'one'])
  })

  it('finds only records that have what is required', async () => {
    await write(observe('a', 'duck goose'), observe('b', 'duck'), observe('c', 'goose'))
    const words = [{ terms: ['duck'], required: true }, { terms: ['goos'] }]
    const { records } = await fresh.store.search({ collection: 'observations', words, limit: 10 })
    expect(records.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('finds beginnings of words and typos only in what the asker may see', async () => {
    const audience = { level: 'public', compartments: [] } as const
    const search = async (text: string) => found(text, 10, { audience })
    await write(observe('a', 'receive ducklings'), observe('s', 'receiver duckweed', { sensitivity: 'internal' }))
    const before = [await search('duck*'), await search('recieve'), await search('ducklinks')]
    expect(before).toEqual([['a'], ['a'], ['a']])
    const hidden = Array.from({ length: 200 }, (_, n) => {
      return observe(`x${n}`, `ducka${n} ducklinks recieve`, { sensitivity: 'confidential' })
    })
    await write(...hidden)
    expect([await search('duck*'), await search('recieve'), await search('ducklinks')]).toEqual(before)
  })

  it('gives a record that has a word nothing for words that are like it', async () => {
    await write(observe('b', 'receipt of the parcel reciept'), observe('a', 'receipt of the parcel today'))
    // They are equal then, and the newest one comes first.
    expect(await found('receipt parcel')).toEqual(['a', 'b'])
  })

  it('finds what stands among many, and no longer what was rewritten or deleted there', async () => {
    for (let from = 0; from < 3_000; from += 1_000) {
      await write(...Array.from({ length: 1_000 }, (_, n) => observe(`m${from + n}`, `common n${from + n} k${n % 10}`)))
    }
    expect(await found('n7')).toEqual(['m7'])
    await write(observe('m7', 'other'), {
      type: 'delete',
      key: { collection: 'observations', id: 'm8' },
      author: 'ann',
    })
    expect([await found('n7'), await found('n8'), await found('other')]).toEqual([[], [], ['m7']])
    expect(await found('k7', 1_000)).toHaveLength(299)
    expect(await found('common k9', 3)).toEqual(['m2999', 'm2989', 'm2979'])
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
