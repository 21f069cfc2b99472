import { expect, it } from 'vitest'

import { queryWords } from '../../search/query-words.ts'
import type { Mutation } from '../../store/mutation.ts'
import { withdrawnMark, withWithdrawn } from '../../values/access.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, observe, set } from './fresh-store.ts'

const audience = { level: 'public', compartments: ['a'] } as const
const all = { audience: withWithdrawn(audience) }

/** What a store does with records that hold no more: it keeps everything, under a mark that no audience covers. */
export function storeWithdrawalsCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { write, fact, found } = fresh
  const withdraw = (id: string, collection: 'facts' | 'observations' = 'observations'): Mutation => {
    return { type: 'withdraw', key: { collection, id } }
  }
  const listed = async (more = {}): Promise<string[]> => {
    const query = { collection: 'observations', order: 'newest', limit: 10, audience, ...more } as const
    return (await fresh.store.query(query)).records.map(({ id }) => id)
  }

  it('keeps version, position and times, and adds no change to the feed', async () => {
    await write(set('a', 1, { ttlMs: 60_000 }), set('b', 2))
    const before = await fact('a')
    const [written] = await write(withdraw('a', 'facts'))
    const { version, seq, createdAt, updatedAt, expiresAt } = before ?? {}
    expect(written).toEqual({ version, seq, createdAt, updatedAt, expiresAt })
    expect(await fact('a')).toEqual({ ...before, compartments: [withdrawnMark] })
    expect((await fresh.store.changes(0, 10)).last).toBe(2)
    // Once more, of what is absent, and of what is gone: nothing comes of it.
    await write({ type: 'delete', key: { collection: 'facts', id: 'b' }, author: 'ann' })
    const nothing = await write(withdraw('a', 'facts'), withdraw('none', 'facts'), withdraw('b', 'facts'))
    expect(nothing.map((one) => one.version)).toEqual([0, 0, 0])
    expect(await Array.fromAsync(fresh.store.verify())).toEqual([])
  })

  it('is done under conditions, and to whatever its label is', async () => {
    await write(set('a', 1), set('b', 1, { meta: { ...observe('x', '').meta, compartments: ['a', 'ü'] } }))
    const refusal = await fresh.store.write([{ ...withdraw('a', 'facts'), ifVersion: 2 }])
    expect(refusal).toMatchObject({ ok: false, refusal: { reason: 'version' } })
    const above = await fresh.store.write([{ ...withdraw('b', 'facts'), over: audience }])
    expect(above).toMatchObject({ ok: false, refusal: { reason: 'label' } })
    await write({ ...withdraw('a', 'facts'), ifVersion: 1 }, withdraw('b', 'facts'))
    expect((await fact('b'))?.compartments).toEqual(['a', 'ü', withdrawnMark])
    // It can be written over and deleted only by who says so.
    const over = await fresh.store.write([{ ...set('a', 2), over: audience }])
    expect(over).toMatchObject({ ok: false, refusal: { reason: 'label' } })
    await write({ type: 'delete', key: { collection: 'facts', id: 'a' }, author: 'ann', over: all.audience })
    await write({ type: 'delete', key: { collection: 'facts', id: 'b' }, author: 'ann' })
    // The feed reports on it to all who could see it.
    const { changes } = await fresh.store.changes(2, 10)
    expect(changes.map(({ op, compartments }) => [op, compartments])).toEqual([
      ['delete', []],
      ['delete', ['a', 'ü']],
    ])
  })

  it('leaves lists and searches, and stays in those of all', async () => {
    await write(observe('a', 'red fox', { tags: ['t'] }), observe('b', 'red fox', { tags: ['t'] }), observe('c', 'hen'))
    await write(withdraw('a'))
    expect([await listed(), await listed({ tags: ['t'] }), await listed(all)]).toEqual([
      ['c', 'b'],
      ['b'],
      ['c', 'b', 'a'],
    ])
    expect(await found('fox', { audience })).toEqual(['b'])
    expect(await found('fox', all)).toEqual(['b', 'a'])
    expect(await found('fo*', { audience })).toEqual(['b'])
    await write({ type: 'delete', key: { collection: 'observations', id: 'a' }, author: 'ann' })
    expect(await found('fox', all)).toEqual(['b'])
  })

  it('moves in the index, however many records are there', async () => {
    const texts = ['fox', 'hen fox', 'duck']
    const many = Array.from({ length: 1_500 }, (_, at) => observe(`${at}`, `${texts[at % 3]} n${at}`))
    for (let from = 0; from < many.length; from += 500) await write(...many.slice(from, from + 500))
    for (const id of ['0', '1', '700']) await write(withdraw(id))
    // What is withdrawn counts in no weight but those of all.
    const bestOf = async (filter: object): Promise<number> => {
      const query = { collection: 'observations', words: queryWords('fox'), limit: 1, ...filter } as const
      return Math.max(...(await fresh.store.search(query)).scores.values())
    }
    expect(await bestOf({ audience })).not.toBe(await bestOf(all))
    // An index that is kept up by the feed learns of it by the correction.
    const key = { collection: 'corrections', id: 'observations/1499' } as const
    await write({ ...set('', null), key }, withdraw('1499'), withdraw('700'))
    const count = async (filter: object): Promise<number> => (await found('fox', filter, 1_000)).length
    const exact = async (text: string, filter: object): Promise<string[]> => found(`"${text}"`, filter, 5)
    expect([await count({ audience }), await count(all)]).toEqual([1_000 - 3, 1_000])
    expect([await exact('n700', { audience }), await exact('n700', all)]).toEqual([[], ['700']])
    expect([await exact('n1499', { audience }), await exact('n1499', all)]).toEqual([[], ['1499']])
    expect(await exact('n701', { audience })).toEqual(['701'])
    expect(await Array.fromAsync(fresh.store.verify())).toEqual([])
  })
}
