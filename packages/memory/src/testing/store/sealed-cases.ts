import { hash } from 'node:crypto'

import { expect, it } from 'vitest'

import type { Seq } from '../../store/record.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, set } from './fresh-store.ts'

const positionKey = 'c0'.repeat(32)

/** What a store does for sealed values, which it can't open: it binds them to their place, and knows newer ones. */
export function storeSealedCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { write, fact } = fresh
  const seal = (id: string, value: string, more = {}): ReturnType<typeof set> => ({
    ...set(id, 0, { positionKey, ...more }),
    value: `~k1.2-00000000.${value}`,
  })
  const newer = async (
    ...places: readonly (readonly [id: string, seq: Seq])[]
  ): Promise<readonly (Seq | undefined)[]> =>
    fresh.store.newer(places.map(([id, seq]) => ({ collection: 'facts', id, seq })))
  const tag = async (id: string): Promise<string | undefined> => (await fact(id))?.value.split('.')[3]
  const expectedTag = async (id: string): Promise<string> => {
    const { seq, createdAt, updatedAt } = (await fact(id)) ?? {}
    return hash('sha1', `${positionKey} ${seq} ${createdAt} ${updatedAt}`)
  }

  it('appends a tag of the position that a value gets, and keeps it when the record lives longer', async () => {
    await write(seal('a', 'YQ=='), seal('b', 'Yg=='))
    await write(seal('a', 'YWE=', { ttlMs: 60_000 }))
    expect([await tag('a'), await tag('b')]).toEqual([await expectedTag('a'), await expectedTag('b')])
    expect(await tag('a')).not.toBe(await tag('b'))
    const before = await fact('a')
    await write({ type: 'touch', key: { collection: 'facts', id: 'a' }, ifVersion: 2, ttlMs: 90_000 })
    expect(await fact('a')).toMatchObject({ value: before?.value, seq: before?.seq })
    expect((await fact('a'))?.expiresAt).toBeGreaterThan(before?.expiresAt ?? Infinity)
    await write({
      type: 'reseal',
      key: { collection: 'facts', id: 'a' },
      ifVersion: 2,
      value: '~k2.2-00000000.YQ==.f00',
    })
    expect((await fact('a'))?.value).toBe('~k2.2-00000000.YQ==.f00')
    expect(await Array.fromAsync(fresh.store.verify())).toEqual([])
  })

  it('knows the newest change of a sealed record, also of one that is not sealed any more or deleted', async () => {
    await write(seal('a', 'YQ=='))
    await write(seal('open', 'YQ=='))
    await write(seal('gone', 'YQ=='))
    await write(set('other', 1))
    expect(await newer(['a', 1], ['open', 2], ['gone', 3])).toEqual([undefined, undefined, undefined])
    await write(seal('a', 'Yg=='))
    await write(set('open', 1))
    await write({ type: 'delete', key: { collection: 'facts', id: 'gone' }, author: 'ann' })
    expect(await newer(['gone', 3], ['a', 1], ['open', 2], ['a', 5])).toEqual([7, 5, 6, undefined])
    await write(seal('gone', 'YQ=='))
    expect(await newer(['gone', 3], ['gone', 8], ['never', 1])).toEqual([8, undefined, undefined])
    expect(await newer()).toEqual([])
  })

  it('knows it of a record that was sealed where it was', async () => {
    await write(set('a', 1))
    await write({
      type: 'reseal',
      key: { collection: 'facts', id: 'a' },
      ifVersion: 1,
      value: '~k1.2-00000000.YQ==.f00',
    })
    expect(await newer(['a', 1])).toEqual([undefined])
    await write({ type: 'delete', key: { collection: 'facts', id: 'a' }, author: 'ann' })
    expect(await newer(['a', 1])).toEqual([2])
  })
}
